import { toMoney, toRational } from '../base/money.ts'
import {
  compare,
  fromText,
  greatest,
  isZero,
  least,
  minus,
  nought,
  one,
  plus,
  times,
  toDecimal,
  toText,
  type Rational,
} from '../base/rational.ts'
import type { Instant } from '../base/time.ts'
import type { FigureFact } from '../meter/facts.ts'
import { inForce, type Schedule } from '../terms/schedule.ts'
import type { ClauseWork } from './clause-kind.ts'
import { hasEnded, isTaken, takesOver, type Elected, type Heard } from './guarantee-events.ts'
import type { Payment, ResolvedGuarantee } from './guarantee-terms.ts'

/** What stood before an instant; amounts in major units, exact. */
export type Standing = Readonly<{
  /** By payment in default: what of it nobody has paid. */
  unpaid: ReadonlyMap<string, Rational>
  called: Rational
  elected: Elected | undefined
}>

/** Something the guarantor pays: a call, a payment that it took over, or the fee that ends it all. */
export type Claim = Readonly<{
  kind: 'call' | 'assume' | 'sublease' | 'termination-fee'
  at: Instant
  payment: Payment | undefined
  /** What is claimed before anything reduces it: unpaid, due, or the fee. */
  whole: Rational
  /** Of it: not asked for, or earned by the sublease. */
  less: Rational
  /** Of it: paid by escrow and collateral first. */
  escrow: Rational
  /** Part of `whole` that is owed: the discount. */
  factor: Rational
  /** Cap in force just before the due date, and what of it was left. */
  cap: Rational
  capLeft: Rational
  exact: Rational
  /** Rounded: what the cap is drawn by. */
  paid: Rational
}>

/** How much of a balance calls have used since it was told. */
export type Used = Readonly<Record<'escrow' | 'collateral', Readonly<{ at: Instant; amount: string }> | undefined>>

/** The last value told at or before an instant. */
export const latest = (
  { facts, clause }: Pick<ClauseWork<ResolvedGuarantee>, 'facts' | 'clause'>,
  figure: string,
  at: Instant,
  of?: string,
): FigureFact | undefined =>
  facts.figures.findLast(
    (each) => each.clause === clause.id && each.figure === figure && each.from <= at && (of === undefined || each.of === of),
  )

type Walk = { readonly work: ClauseWork<ResolvedGuarantee>; called: Rational; used: Used; readonly left: Map<string, Rational> }

/** What calls have taken of a balance since it was told. */
export const usedOf = (used: Used, pot: keyof Used, told: FigureFact | undefined): Rational =>
  told !== undefined && used[pot]?.at === told.from ? fromText(used[pot].amount) : nought

/** Takes so much of escrow, then of collateral, as there is at an instant, less what calls have taken since the balance was told. */
const takeFirst = (walk: Walk, at: Instant, wanted: Rational): Rational => {
  let taken = nought
  for (const pot of ['escrow', 'collateral'] as const) {
    const told = latest(walk.work, pot, at)
    if (told === undefined) continue
    const before = usedOf(walk.used, pot, told)
    const takes = least(minus(wanted, taken), greatest(nought, minus(told.value, before)))
    walk.used = { ...walk.used, [pot]: { at: told.from, amount: toText(plus(before, takes)) } }
    taken = plus(taken, takes)
  }
  return taken
}

type Asked = Pick<Claim, 'kind' | 'at' | 'payment' | 'whole' | 'less' | 'factor'>

/** The cap in force just before an instant, by the version that counted then: no later one erodes it. */
export const capBefore = ({ clauses }: Schedule, clause: ResolvedGuarantee, at: Instant): Rational => {
  const slices = clauses.filter((each): each is ResolvedGuarantee => each.id === clause.id)
  return inForce((slices.findLast(({ from }) => from < at) ?? slices[0]!).cap, at - 1).value
}

/** What one claim is paid: the cap in force just before its due date, less all that was called, bounds it. */
const pay = (walk: Walk, asked: Asked): Claim => {
  const { clause, schedule } = walk.work
  const owed = minus(times(asked.whole, asked.factor), asked.less)
  const escrow = asked.kind === 'call' && clause.escrowPaysFirst ? takeFirst(walk, asked.at, owed) : nought
  const cap = capBefore(schedule, clause, asked.payment?.at ?? asked.at)
  const capLeft = greatest(nought, minus(cap, walk.called))
  const exact = least(minus(owed, escrow), capLeft)
  const paid = toRational(toMoney(exact, schedule.currency))
  walk.called = plus(walk.called, paid)
  return { ...asked, escrow, cap, capLeft, exact, paid }
}

/** What the guarantor has taken over and what of it falls due in the part: at once where it was due on the day of the election. */
const takenOver = ({ clause, part, facts }: ClauseWork<ResolvedGuarantee>, elected: Elected | undefined): Asked[] => {
  if (!takesOver(elected)) return []
  return clause.payments
    .map((payment) => ({ payment, at: Math.max(payment.at, elected!.at) }))
    .filter(({ payment, at }) => isTaken(elected, payment) && at >= part.from && at < part.to)
    .map(({ payment, at }): Asked => {
      const whole = payment.amount
      if (elected!.which === 'assume') return { kind: 'assume', at, payment, whole, less: nought, factor: clause.discountedRent ?? one }
      const income = latest({ facts, clause }, 'sublease-income', Infinity, payment.id)?.value ?? nought
      return { kind: 'sublease', at, payment, whole, less: least(whole, greatest(nought, income)), factor: one }
    })
}

const askedBy = (walk: Walk, call: Heard['calls'][number]): Asked => {
  const whole = walk.left.get(call.payment.id)!
  return { kind: 'call', at: call.at, payment: call.payment, whole, less: minus(whole, least(whole, call.amount ?? whole)), factor: one }
}

export type Claims = Readonly<{ claims: readonly Claim[]; used: Used; refusals: readonly string[] }>

/**
 * What the guarantor pays in the part: calls and payments it took over in order of their due dates, whenever they were called, so that it does
 * not matter which call comes first; the fee that ends the guarantee comes last.
 */
export const claimsOf = (work: ClauseWork<ResolvedGuarantee>, heard: Heard, opening: Standing, used: Used): Claims => {
  const { clause } = work
  const left = new Map(opening.unpaid)
  for (const { payment, amount } of heard.defaults) left.set(payment.id, amount)
  const walk: Walk = { work, called: opening.called, used, left }
  const elected = heard.elections.at(-1) ?? opening.elected
  const due = [
    ...heard.calls.map((call) => ({ payment: call.payment, at: call.at, ask: () => askedBy(walk, call) })),
    ...takenOver(work, elected).map((asked) => ({ payment: asked.payment!, at: asked.at, ask: () => asked })),
  ].toSorted((a, b) => a.payment.at - b.payment.at || (a.payment.id < b.payment.id ? -1 : a.payment.id > b.payment.id ? 1 : a.at - b.at))
  const claims = due.map(({ payment, ask }) => {
    const claim = pay(walk, ask())
    const rest = left.get(payment.id)
    if (rest !== undefined) left.set(payment.id, minus(rest, plus(claim.exact, claim.escrow)))
    return claim
  })
  const ending = heard.elections.find((each) => hasEnded(each))
  if (ending === undefined) return { claims, used: walk.used, refusals: [] }
  const whole = clause.terminationFee ?? latest(work, 'termination-fee', Infinity)?.value
  if (whole === undefined) {
    const message = `Clause ${clause.id}: termination-fee is elected, and no figure termination-fee is told: tell how much it is.`
    return { claims, used: walk.used, refusals: [message] }
  }
  const fee = pay(walk, { kind: 'termination-fee', at: ending.at, payment: undefined, whole, less: nought, factor: one })
  return { claims: [...claims, fee], used: walk.used, refusals: [] }
}

/** Where the guarantee stood just before an instant of the part, by all that had happened by then. */
export const standingAt = (opening: Standing, heard: Heard, claims: readonly Claim[], at: Instant): Standing => {
  const unpaid = new Map(opening.unpaid)
  const before = <T extends Readonly<{ at: Instant }>>(all: readonly T[]): readonly T[] => all.filter((each) => each.at < at)
  const changes = [
    ...before(heard.defaults).map((each) => ({ at: each.at, rank: 0, apply: () => unpaid.set(each.payment.id, each.amount) })),
    ...before(heard.cures).map((each) => ({ at: each.at, rank: 1, apply: () => unpaid.delete(each.payment.id) })),
    ...before(claims).map((each) => ({
      at: each.at,
      rank: 2,
      apply: () => {
        const rest = unpaid.get(each.payment?.id ?? '')
        // By the exact amount: what rounding took is owed to nobody.
        if (rest !== undefined) unpaid.set(each.payment!.id, greatest(nought, minus(rest, plus(each.exact, each.escrow))))
      },
    })),
  ]
  for (const { apply } of changes.toSorted((a, b) => a.at - b.at || a.rank - b.rank)) apply()
  const called = before(claims).reduce((sum, { paid }) => plus(sum, paid), opening.called)
  return { unpaid, called, elected: before(heard.elections).at(-1) ?? opening.elected }
}

/** The exposure at an instant: what is still to fall due, what is due and unpaid, and what the cap leaves of both. */
export type Exposure = Readonly<{ due: Rational; unpaid: Rational; capLeft: Rational; gross: Rational }>

export const exposureAt = (clause: ResolvedGuarantee, { unpaid, called, elected }: Standing, at: Instant, cap: Rational): Exposure => {
  if (hasEnded(elected)) return { due: nought, unpaid: nought, capLeft: nought, gross: nought }
  const factor = elected?.which === 'assume' ? (clause.discountedRent ?? one) : one
  const due = clause.payments
    .filter((payment) => payment.at >= at)
    .reduce((sum, payment) => plus(sum, times(payment.amount, isTaken(elected, payment) ? factor : one)), nought)
  const owed = [...unpaid.values()].reduce(plus, nought)
  const capLeft = greatest(nought, minus(cap, called))
  return { due, unpaid: owed, capLeft, gross: least(plus(due, owed), capLeft) }
}

/** What is recovered may not come to more than was paid. */
export const checkRecovered = (clause: ResolvedGuarantee, recovered: Rational, called: Rational): string[] =>
  compare(recovered, called) <= 0 || isZero(recovered)
    ? []
    : [`Clause ${clause.id}: ${toDecimal(recovered)} is recovered in all, more than the ${toDecimal(called)} that was paid under it.`]
