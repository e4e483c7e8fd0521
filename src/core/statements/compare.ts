import { formatMoney, money, parseMoney } from '../base/money.ts'
import { fromText, minus, toText } from '../base/rational.ts'
import type { Month } from '../base/time.ts'
import { canonical } from '../base/canonical.ts'
import type { Input, Line } from '../settlement/line.ts'
import type { Schedule } from '../terms/schedule.ts'
import type { NetTotal, StatementLine } from './statement.ts'
import { lineInWords } from './words.ts'

/** A line on one side of a comparison. `number` is null where no statement has it yet; quantity and rate where only an amount is known. */
export type ComparedLine = Readonly<
  Pick<StatementLine, 'key' | 'clause' | 'formula' | 'text' | 'payer' | 'payee' | 'amount' | 'version' | 'quantityUnit' | 'rateUnit'> & {
    number: number | null
    corrects?: Month
    quantity: string | null
    rate: string | null
    reasons: readonly Input[]
  }
>

/** One reason on both sides: null where a side has none like it. Of what is the same, nothing below is told. */
export type ReasonChange = Readonly<{
  operator: Input['operator']
  word: string
  symbol?: string
  unit: Input['unit']
  source: Input['source']
  before: string | null
  after: string | null
  /** after − before, exact, where both are numbers. */
  difference: string | null
  same: boolean
  children: readonly ReasonChange[]
}>

/** What a line was and is. `same`: to the last reason. `reasons`: the amount is what it was, and comes about otherwise. */
export type LineChange = Readonly<{
  kind: 'same' | 'amount' | 'reasons' | 'added' | 'removed'
  key: string
  clause: string
  formula: string
  text: string
  corrects: Month | null
  /** Of the later side, where both have it. */
  payer: string
  payee: string
  before: ComparedLine | null
  after: ComparedLine | null
  /** What `payer` pays more, at the minor unit; below zero: less. */
  difference: string
  reasons: readonly ReasonChange[]
}>

/** What two parties owe each other on both sides. `difference` is what the first of them pays more, net. */
export type NetChange = Readonly<{ parties: readonly [string, string]; before: NetTotal; after: NetTotal; difference: string }>

export type StatementComparison = Readonly<{ lines: readonly LineChange[]; nets: readonly NetChange[] }>

const minorOf = ({ amount, key }: Pick<ComparedLine, 'amount' | 'key'>, currency: string): bigint => {
  const parsed = parseMoney(amount, currency)
  if (parsed === undefined) throw new RangeError(`line ${key} is of ${amount} ${currency}`)
  return parsed.minor
}

/** Of one key, corrected month and two parties, whoever of them pays. */
const nameOf = ({ key, corrects, payer, payee }: ComparedLine): string => [key, corrects ?? '', ...[payer, payee].toSorted()].join('\n')

/** Pairs what has one name, the first with the first: in the order of the later side, then what only the earlier one has. */
const pairedBy = <T>(before: readonly T[], after: readonly T[], name: (item: T) => string): (readonly [T | undefined, T | undefined])[] => {
  const waiting = Map.groupBy(before, name)
  const pairs = after.map((item) => [waiting.get(name(item))?.shift(), item] as const)
  const matched = new Set(pairs.map(([earlier]) => earlier))
  return [...pairs, ...before.filter((item) => !matched.has(item)).map((item) => [item, undefined] as const)]
}

const isSame = (before: Input, after: Input): boolean => canonical(before) === canonical(after)

/** A step of a price is another reason by its date, and the same by its symbol: what no word pairs, symbol and source do. */
const pairReasons = (before: readonly Input[], after: readonly Input[]): (readonly [Input | undefined, Input | undefined])[] => {
  const byWord = pairedBy(before, after, ({ operator, word, symbol }) => [operator, word, symbol ?? ''].join('\n'))
  const isWhole = ([one, other]: readonly [Input | undefined, Input | undefined]): boolean => one !== undefined && other !== undefined
  const lonely = byWord.filter((pair) => !isWhole(pair))
  const rest = pairedBy(
    lonely.flatMap(([one]) => one ?? []),
    lonely.flatMap(([, other]) => other ?? []),
    ({ operator, symbol, unit, source }) => [operator, symbol ?? '', unit, source.kind].join('\n'),
  )
  return byWord.flatMap((pair) => (isWhole(pair) ? [pair] : rest.filter(([one, other]) => (pair[1] ?? pair[0]) === (other ?? one))))
}

const isNumber = ({ unit }: Input): boolean => unit !== 'text'

const reasonOf = ([before, after]: readonly [Input | undefined, Input | undefined]): ReasonChange => {
  const like = (after ?? before)!
  const same = before !== undefined && after !== undefined && isSame(before, after)
  const measured = before !== undefined && after !== undefined && isNumber(before) && isNumber(after)
  return {
    operator: like.operator,
    word: like.word,
    ...(like.symbol === undefined ? {} : { symbol: like.symbol }),
    unit: like.unit,
    source: like.source,
    before: before?.value ?? null,
    after: after?.value ?? null,
    difference: measured ? toText(minus(fromText(after.value), fromText(before.value))) : null,
    same,
    children: same ? [] : reasonsOf(before?.children ?? [], after?.children ?? []),
  }
}

/** The reasons of both sides as one tree: where they part can be walked to, and what is equal is one node. */
export const reasonsOf = (before: readonly Input[], after: readonly Input[]): ReasonChange[] => pairReasons(before, after).map(reasonOf)

const kindOf = (before: ComparedLine | undefined, after: ComparedLine | undefined, moved: bigint, reasons: readonly ReasonChange[]) => {
  if (before === undefined) return 'added' as const
  if (after === undefined) return 'removed' as const
  if (moved !== 0n) return 'amount' as const
  return reasons.every(({ same }) => same) && before.quantity === after.quantity && before.rate === after.rate
    ? ('same' as const)
    : ('reasons' as const)
}

const lineOf = ([before, after]: readonly [ComparedLine | undefined, ComparedLine | undefined], currency: string): LineChange => {
  const like = (after ?? before)!
  // Who pays may have changed with the amount's direction.
  const signed = (line: ComparedLine | undefined): bigint =>
    line === undefined ? 0n : line.payer === like.payer ? minorOf(line, currency) : -minorOf(line, currency)
  const moved = signed(after) - signed(before)
  const reasons = reasonsOf(before?.reasons ?? [], after?.reasons ?? [])
  const kind = kindOf(before, after, moved, reasons)
  return {
    kind,
    key: like.key,
    clause: like.clause,
    formula: like.formula,
    text: like.text,
    corrects: like.corrects ?? null,
    payer: like.payer,
    payee: like.payee,
    before: before ?? null,
    after: after ?? null,
    difference: formatMoney(money(moved, currency)),
    reasons: kind === 'same' ? [] : reasons,
  }
}

/** What the first of two parties owes the second by these lines, in minor units: below zero where the second owes. */
const owedBy = ([one, other]: readonly [string, string], lines: readonly ComparedLine[], currency: string): bigint =>
  lines.reduce((sum, line) => {
    if (line.payer === one && line.payee === other) return sum + minorOf(line, currency)
    return line.payer === other && line.payee === one ? sum - minorOf(line, currency) : sum
  }, 0n)

const netOf = ([one, other]: readonly [string, string], owed: bigint, currency: string): NetTotal => ({
  payer: owed === 0n ? null : owed > 0n ? one : other,
  payee: owed === 0n ? null : owed > 0n ? other : one,
  amount: formatMoney(money(owed < 0n ? -owed : owed, currency)),
})

type Sides = Readonly<{ before: readonly ComparedLine[]; after: readonly ComparedLine[]; currency: string }>

/**
 * Two statements of one month, line by line. Lines are told apart by their key, by the month they correct and by their two parties; what is told of
 * each adds up: for every two parties the differences of their lines are the difference of their nets, to the minor unit.
 */
export const compareLines = ({ before, after, currency }: Sides): StatementComparison => {
  const lines = pairedBy(before, after, nameOf).map((pair) => lineOf(pair, currency))
  // In the order of the later statement, whose first lines are the guarantor's.
  const pairs = new Map<string, readonly [string, string]>()
  for (const { payer, payee } of [...after, ...before]) {
    const name = [payer, payee].toSorted().join('\n')
    if (!pairs.has(name)) pairs.set(name, [payer, payee])
  }
  const nets = [...pairs.values()].map((parties): NetChange => {
    const [was, is] = [owedBy(parties, before, currency), owedBy(parties, after, currency)]
    return {
      parties,
      before: netOf(parties, was, currency),
      after: netOf(parties, is, currency),
      difference: formatMoney(money(is - was, currency)),
    }
  })
  return { lines, nets }
}

/** A line of a statement, on a side. */
export const toCompared = (line: StatementLine): ComparedLine => {
  const { number, key, clause, formula, text, payer, payee, amount, version, quantity, quantityUnit, rate, rateUnit, reasons, corrects } =
    line
  const told = { number, key, clause, formula, text, payer, payee, amount, version, quantity, quantityUnit, rate, rateUnit, reasons }
  return corrects === undefined ? told : { ...told, corrects }
}

/** A line as it would be stated. */
export const settledToCompared = (schedule: Schedule, line: Line): ComparedLine => {
  const { key, clause, formula, payer, payee, minor, version, quantity, quantityUnit, rate, rateUnit, reasons } = line
  const amount = formatMoney(money(minor, schedule.currency))
  const text = lineInWords(schedule, line)
  return { number: null, key, clause, formula, text, payer, payee, amount, version, quantity, quantityUnit, rate, rateUnit, reasons }
}
