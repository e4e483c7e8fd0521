import { formatMoney, money, toMoney, toRational } from '../base/money.ts'
import { compare, nought, toText, type Rational } from '../base/rational.ts'
import type { Instant, Month } from '../base/time.ts'
import type { DisputeFact, Facts, RulingFact } from '../meter/facts.ts'
import type { MeterRefusal } from '../meter/refusal.ts'
import { grouped } from '../terms/phrase.ts'
import type { Line } from './line.ts'
import { fact as factOf } from './reasons.ts'
import { monthOfCharge, type StatedCharge, type StatedLine } from './stated.ts'

/** A dispute that stands: of which charge, how much of it, and how it was ruled. Amounts in minor units, with the sign of the line. */
export type Dispute<Own extends StatedLine = StatedLine> = Readonly<{
  fact: DisputeFact
  /** The last of the lines of that key on the statement. */
  line: Own
  /** The month that the line is a charge of. */
  chargeMonth: Month
  minor: bigint
  ruling: Readonly<{ fact: RulingFact; upheld: bigint }> | undefined
}>

/** What of a statement a dispute names its line in. */
export type Disputable<Own extends StatedLine = StatedLine> = Readonly<{ month: Month; lines: readonly Own[] }>

export type Disputes<Own extends StatedLine = StatedLine> = Readonly<{
  standing: readonly Dispute<Own>[]
  refusals: readonly MeterRefusal[]
}>

type Told = Pick<Facts, 'disputes' | 'rulings'>

const size = (minor: bigint): bigint => (minor < 0n ? -minor : minor)

const refusal = (kind: MeterRefusal['kind'], from: Instant, message: string): MeterRefusal => ({ kind, subject: '', from, message })

/** Of one dispute, what of it can be; `taken` is what other disputes of the line hold, or took off. */
const readDispute = <Own extends StatedLine>(
  fact: DisputeFact,
  rulings: readonly RulingFact[],
  { lines, month }: Disputable<Own>,
  { taken, currency }: Readonly<{ taken: bigint; currency: string }>,
): Dispute<Own> | MeterRefusal => {
  const own = lines.filter(({ key }) => key === fact.line)
  const line = own.at(-1)
  if (line === undefined)
    return refusal(
      'dispute-of-no-line',
      fact.at,
      `Dispute ${fact.id} is of line ${fact.line}, which the statement of ${month} does not have.`,
    )
  const whole = own.reduce((all, each) => all + (each.payer === line.payer ? each.minor : -each.minor), 0n)
  const sign = whole < 0n ? -1n : 1n
  const left = size(whole) - taken
  const text = (minor: bigint) => `${grouped(formatMoney(money(minor, currency)))} ${currency}`
  const inMajor = (minor: bigint): Rational => toRational({ minor, currency })
  if (fact.amount !== undefined && compare(fact.amount, inMajor(left)) > 0)
    return refusal(
      'dispute-above-line',
      fact.at,
      `Dispute ${fact.id} is of ${text(toMoney(fact.amount, currency).minor)} of line ${fact.line} of ${month}, of which ${text(left)} can be disputed.`,
    )
  const minor = fact.amount === undefined ? left : toMoney(fact.amount, currency).minor
  const [ruling, second] = rulings.filter(({ dispute }) => dispute === fact.id)
  if (second !== undefined) return refusal('ruled-twice', second.at, `Dispute ${fact.id} has two rulings: let one replace the other.`)
  if (ruling !== undefined && (compare(ruling.upheld, inMajor(minor)) > 0 || compare(ruling.upheld, nought) < 0))
    return refusal(
      'upheld-above-dispute',
      ruling.at,
      `The ruling of dispute ${fact.id} upholds ${text(toMoney(ruling.upheld, currency).minor)} of ${text(minor)} that are disputed.`,
    )
  return {
    fact,
    line,
    chargeMonth: monthOfCharge({ month }, line),
    minor: sign * minor,
    ruling: ruling === undefined ? undefined : { fact: ruling, upheld: sign * toMoney(ruling.upheld, currency).minor },
  }
}

/** What a dispute keeps others from disputing: all of it while it is open, then what was upheld. */
const takes = ({ minor, ruling }: Dispute): bigint => size(ruling === undefined ? minor : ruling.upheld)

/**
 * The disputes of these statements, in order of time, and those and their rulings that cannot be: of a line that is not there, of more than
 * the line, upheld beyond what is disputed, ruled twice, or ruled without a dispute. Disputes of other statements are passed over.
 */
export const readDisputes = <Own extends StatedLine>(
  { disputes, rulings }: Told,
  statements: readonly Disputable<Own>[],
  currency: string,
): Disputes<Own> => {
  const standing: Dispute<Own>[] = []
  const refusals: MeterRefusal[] = []
  const seen = new Set<string>()
  for (const fact of disputes) {
    const statement = statements.find(({ month }) => month === fact.month)
    if (seen.has(fact.id))
      refusals.push(refusal('disputed-twice', fact.at, `Two disputes are called ${fact.id}: a ruling could mean either.`))
    seen.add(fact.id)
    if (statement === undefined) continue
    const taken = standing
      .filter((other) => other.fact.month === fact.month && other.fact.line === fact.line)
      .reduce((all, other) => all + takes(other), 0n)
    const read = readDispute(fact, rulings, statement, { taken, currency })
    if ('message' in read) refusals.push(read)
    else standing.push(read)
  }
  for (const { dispute, at } of rulings)
    if (!seen.has(dispute)) refusals.push(refusal('ruling-of-no-dispute', at, `A ruling is of dispute ${dispute}, which there is not.`))
  return { standing, refusals }
}

/** What was held of each line of a statement at an instant, by key: disputed by then and not ruled on. */
export const heldAt = (disputes: readonly Dispute[], month: Month, at: Instant): ReadonlyMap<string, bigint> => {
  const held = new Map<string, bigint>()
  for (const { fact, minor, ruling } of disputes)
    if (fact.month === month && fact.at <= at && (ruling === undefined || ruling.fact.at > at))
      held.set(fact.line, (held.get(fact.line) ?? 0n) + minor)
  return held
}

/** What is held of each of these lines: of lines of one key, the first hold first. */
export const holdLines = (lines: readonly Readonly<{ key: string; minor: bigint }>[], held: ReadonlyMap<string, bigint>): bigint[] => {
  const left = new Map(held)
  return lines.map(({ key, minor }) => {
    const rest = left.get(key) ?? 0n
    const takesPart = rest !== 0n && minor !== 0n && rest < 0n === minor < 0n
    const part = !takesPart ? 0n : size(rest) < size(minor) ? rest : minor
    if (part !== 0n) left.set(key, rest - part)
    return part
  })
}

/** The formula of what a ruling takes off a line. It posts where the line does. */
export const ruled = 'ruling'
export const isRuled = ({ formula }: Readonly<{ formula: string }>): boolean => formula === ruled

const rulingLine = ({ fact, line, minor, ruling }: Dispute<StatedCharge>, currency: string): Line => {
  const major = (of: bigint) => toRational({ minor: of, currency })
  const upheld = ruling!.upheld
  const exact = toText(major(-upheld))
  return {
    key: `${line.key}/${ruled}/${fact.id}`,
    clause: line.clause as Line['clause'],
    formula: ruled,
    block: line.block,
    from: line.from,
    to: line.to,
    version: line.version,
    contractYear: line.contractYear,
    payer: line.payer,
    payee: line.payee,
    reason: fact.id,
    quantity: exact,
    quantityUnit: 'major',
    rate: '1',
    rateUnit: 'none',
    exact,
    minor: -upheld,
    reasons: [
      toldOf('-', `Upheld of dispute ${fact.id}`, major(upheld)),
      { ...toldOf('note', `Disputed, of the statement of ${fact.month}`, major(minor)), operator: 'note' },
    ],
  }
}

const toldOf = factOf('', ['dispute', 'ruling'], 'major')

/**
 * What rulings take off: the part upheld, as a charge of the month whose line was disputed, under a key of its own. It takes off money and
 * nothing else: quantities and caps stay as they were. A ruling that upholds nothing has no line.
 */
export const rulingLines = (
  disputes: readonly Dispute<StatedCharge>[],
  currency: string,
): Readonly<{ month: Month; lines: readonly Line[] }>[] =>
  disputes.flatMap((dispute) =>
    (dispute.ruling?.upheld ?? 0n) === 0n ? [] : [{ month: dispute.chargeMonth, lines: [rulingLine(dispute, currency)] }],
  )
