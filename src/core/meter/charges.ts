import type { OrderId, PoolId } from '../base/id.ts'
import { decimal, minus, rational, times, type Rational } from '../base/rational.ts'
import { monthOf, nextMonth, startOfDate, type Instant, type Interval } from '../base/time.ts'
import type { AffiliateCharge, EarnedCharge } from './facts.ts'
import { makeDates, makeRates } from './rates.ts'
import type { Charge, Credit, Fx } from './reading.ts'
import { nameOf, type MeterRefusal } from './refusal.ts'
import { partOf, type Shares } from './shares.ts'

/** A reading that is kept as it is, with the digest of its content. */
export type Noted<T> = Readonly<{ reading: T; digest: string }>

/** Charges, what reduces them, and rates: kept as they are, for each is looked up by name. */
export type ChargeLog = Readonly<{
  /** Charges of the pools that are earned in the window, by source and id. */
  charges: Map<string, Noted<Charge>>
  /** The names of charges of other pools or other times: what reduces them is no concern either. */
  elsewhere: Set<string>
  /** Names of charges that others took the place of, and whose place it was. */
  renamed: Map<string, string>
  credits: Noted<Credit>[]
  rates: Noted<Fx>[]
}>

export const emptyCharges = (): ChargeLog => ({ charges: new Map(), elsewhere: new Set(), renamed: new Map(), credits: [], rates: [] })

/** The interval of a charge; both ends are its instant where it has but one. */
const spanOf = ({ from, to, at }: Charge): Interval => (at === undefined ? { from: from!, to: to! } : { from: at, to: at })

/** Takes in a charge; false when it is of another pool or time. */
export const pushCharge = (log: ChargeLog, reading: Charge, digest: string, isOurs: boolean, window: Interval): boolean => {
  const name = nameOf(reading.source, reading.id)
  const { from, to } = spanOf(reading)
  if (reading.replaces !== undefined) log.renamed.set(nameOf(reading.source, reading.replaces), name)
  if (isOurs && from < window.to && (from === to ? from >= window.from : to > window.from)) log.charges.set(name, { reading, digest })
  else log.elsewhere.add(name)
  return log.charges.has(name)
}

/** What the charges of a stretch of time come to, and what they rest on. */
export type Earned = Readonly<{
  charges: readonly (EarnedCharge | AffiliateCharge)[]
  refusals: readonly MeterRefusal[]
  used: readonly Readonly<{ subject: string; kind: string; digest: string }>[]
}>

export type EarnContext = Readonly<{
  zone: string
  currency: string
  window: Interval
  sharesOf: (pool: PoolId, span: Interval, order: OrderId | undefined) => Shares | undefined
}>

type Reductions = Readonly<{ byCharge: ReadonlyMap<string, readonly Noted<Credit>[]>; refusals: readonly MeterRefusal[] }>

/** Finds the charge that each credit and refund names. One that reduces a charge of another pool or time is left out. */
const reductionsOf = (log: ChargeLog): Reductions => {
  const named = log.credits.flatMap((credit) => {
    const wanted = nameOf(credit.reading.source, credit.reading.reduces)
    const charge = log.charges.has(wanted) || log.elsewhere.has(wanted) ? wanted : log.renamed.get(wanted)
    return charge !== undefined && log.elsewhere.has(charge) ? [] : [{ credit, charge }]
  })
  const byCharge = Map.groupBy(named, ({ charge }) => charge ?? '')
  const refusals = (byCharge.get('') ?? []).map(({ credit: { reading } }): MeterRefusal => {
    const name = nameOf(reading.source, reading.id)
    const message = `The ${reading.kind} ${name} reduces ${JSON.stringify(reading.reduces)}, and ${reading.source} has no charge of that id. Name a charge of the same source.`
    return { kind: 'reduces-no-charge', subject: '', message }
  })
  byCharge.delete('')
  return { byCharge: new Map([...byCharge].map(([charge, all]) => [charge, all.map(({ credit }) => credit)])), refusals }
}

/** The starts of the local months inside the window, with both of its ends. */
const monthEdges = ({ from, to }: Interval, zone: string): Instant[] => {
  const edges = [from]
  for (let month = nextMonth(monthOf(from, zone)); ; month = nextMonth(month)) {
    const at = startOfDate(`${month}-01`, zone)
    if (at >= to) return [...edges, to]
    edges.push(at)
  }
}

/** The parts of a charge's interval in each month of the window. */
const piecesOf = ({ from, to }: Interval, edges: readonly Instant[]): Interval[] => {
  if (from === to) return [{ from, to }]
  const pieces: Interval[] = []
  for (let i = 1; i < edges.length; i++) {
    const piece = { from: Math.max(from, edges[i - 1]!), to: Math.min(to, edges[i]!) }
    if (piece.from < piece.to) pieces.push(piece)
  }
  return pieces
}

type Net = Readonly<{ amount: Rational; affiliate: Readonly<{ gpuSeconds: Rational; reference: Rational | undefined }> | undefined }>

/** One month's part of a charge, block by block; undefined where nothing is accepted that could share it. */
const earnPiece = (
  charge: Charge,
  net: Net,
  piece: Interval,
  { sharesOf }: EarnContext,
): (EarnedCharge | AffiliateCharge)[] | undefined => {
  const shares = sharesOf(charge.pool, piece, charge.order)
  if (shares === undefined) return undefined
  const span = spanOf(charge)
  const time = span.from === span.to ? { part: 1, whole: 1 } : { part: piece.to - piece.from, whole: span.to - span.from }
  return shares.blocks.flatMap((block, i) => {
    if (shares.weights[i] === 0) return []
    const share = { part: shares.weights[i]!, whole: shares.whole }
    const { product, order, tenant } = charge
    const earned: EarnedCharge = { block, amount: partOf(net.amount, time, share), ...piece, product, order, tenant }
    if (net.affiliate === undefined) return [earned]
    return [{ ...earned, gpuSeconds: partOf(net.affiliate.gpuSeconds, time, share), reference: net.affiliate.reference }]
  })
}

/**
 * Charges less what reduces them, in the agreement's currency, cut at the local months and shared by the blocks of their pool. Order of
 * arrival is irrelevant: charges go by name.
 */
export const earn = (log: ChargeLog, context: EarnContext): Earned => {
  const { byCharge, refusals: unmatched } = reductionsOf(log)
  const rates = makeRates(log.rates, context.currency)
  const dateAt = makeDates(context.zone)
  const edges = monthEdges(context.window, context.zone)
  const charges: (EarnedCharge | AffiliateCharge)[] = []
  const refusals: MeterRefusal[] = [...unmatched]
  const used: Earned['used'][number][] = []
  for (const [name, { reading, digest }] of [...log.charges].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const span = spanOf(reading)
    // A half-open interval ends on the local date of its last second.
    const dateEnding = () => dateAt(span.from === span.to ? span.from : span.to - 1)
    const inCurrency = ({ amount, currency }: { amount: string; currency: string }): Rational | undefined => {
      const rate = rates.rate(currency, dateEnding, name, span.from)
      return rate === undefined ? undefined : currency === context.currency ? decimal(amount) : times(decimal(amount), rate)
    }
    const reductions = byCharge.get(name) ?? []
    const amounts = [reading, ...reductions.map((each) => each.reading)].map(inCurrency)
    used.push({ subject: reading.pool, kind: 'charge', digest })
    used.push(...reductions.map((each) => ({ subject: reading.pool, kind: each.reading.kind, digest: each.digest })))
    if (amounts.some((amount) => amount === undefined)) continue
    const net = {
      amount: amounts.slice(1).reduce<Rational>((left, amount) => minus(left, amount!), amounts[0]!),
      affiliate: affiliateOf(reading, inCurrency),
    }
    for (const piece of piecesOf(span, edges)) {
      const earned = earnPiece(reading, net, piece, context)
      if (earned !== undefined) charges.push(...earned)
      else refusals.push(refuseEarly(reading, piece))
    }
  }
  return { charges, refusals: [...refusals, ...rates.refusals()], used: [...used, ...rates.evidence()] }
}

const affiliateOf = (
  charge: Charge,
  inCurrency: (money: { amount: string; currency: string }) => Rational | undefined,
): Net['affiliate'] => {
  if (charge.affiliate === undefined) return undefined
  const { gpuSeconds, reference } = charge.affiliate
  const price = reference === undefined ? undefined : inCurrency({ amount: reference, currency: charge.currency })
  return { gpuSeconds: rational(gpuSeconds), reference: price }
}

const refuseEarly = (charge: Charge, piece: Interval): MeterRefusal => ({
  kind: 'charge-before-acceptance',
  subject: charge.pool,
  ...piece,
  message: `Charge ${nameOf(charge.source, charge.id)} is earned while no block of pool ${charge.pool} is accepted. Correct its time, or add the acceptance.`,
})
