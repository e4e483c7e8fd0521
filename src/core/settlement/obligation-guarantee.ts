import { toMoney, toRational } from '../base/money.ts'
import { fromText, greatest, isZero, least, minus, nought, one, plus, times, toText, total, type Rational } from '../base/rational.ts'
import { addDays, dateOf, startOfDate, type LocalDate } from '../base/time.ts'
import type { Schedule } from '../terms/schedule.ts'
import { checkGuarantee } from './check-guarantee.ts'
import { clauseKind, plainly, type ClauseSettled, type ClauseWork, type Commitment } from './clause-kind.ts'
import { capBefore, checkRecovered, claimsOf, standingAt, type Standing, type Used } from './guarantee-claims.ts'
import { hasEnded, isTaken, listen, type Elected } from './guarantee-events.ts'
import { claimLines, feeLines, recoveryLines } from './guarantee-lines.ts'
import { guaranteePositions } from './guarantee-positions.ts'
import { guaranteeShape, resolveGuarantee, type ObligationGuarantee, type ResolvedGuarantee } from './guarantee-terms.ts'
import type { ClauseState } from './line.ts'
import { sayGuarantee } from './say-guarantee.ts'

/** What is carried; amounts exact, in major units. */
type Carried = Readonly<{
  called: string
  recovered: string
  fee: string
  /** By payment in default: what of it nobody has paid. */
  unpaid: Readonly<Record<string, string>>
  elected?: Elected
  /** When it was called last: an election is counted from there. */
  calledAt?: number
  /** What calls have taken of escrow and collateral since the balance was told. */
  used: Partial<Used>
}>

const carriedIn = (opening: ClauseState): Carried => ({ called: '0', recovered: '0', fee: '0', unpaid: {}, used: {}, ...opening })

const standingOf = ({ called, unpaid, elected }: Carried): Standing => ({
  called: fromText(called),
  unpaid: new Map(Object.entries(unpaid).map(([id, amount]) => [id, fromText(amount)])),
  elected,
})

/** `obligation-guarantee`: calls, what was taken over, recoveries and the fee of one part; and where it stands then. */
const settleGuarantee = (work: ClauseWork<ResolvedGuarantee>): ClauseSettled => {
  const { clause, part, opening } = work
  const carried = carriedIn(opening)
  const before = standingOf(carried)
  const heard = listen(work, { unpaid: Object.keys(carried.unpaid), elected: carried.elected, calledAt: carried.calledAt })
  const { claims, used, refusals } = claimsOf(work, heard, before, { escrow: carried.used.escrow, collateral: carried.used.collateral })
  const after = standingAt(before, heard, claims, part.to)
  const recovered = plus(fromText(carried.recovered), total(heard.recoveries.map(({ amount }) => amount)))
  const fees = feeLines(work, heard, before, claims)
  const fee = fees.reduce((sum, { exact }) => plus(sum, fromText(exact)), fromText(carried.fee))
  const calledAt = heard.calls.at(-1)?.at ?? carried.calledAt
  const closing = {
    called: toText(after.called),
    recovered: toText(recovered),
    fee: toText(fee),
    unpaid: Object.fromEntries([...after.unpaid].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, amount]) => [id, toText(amount)])),
    ...(after.elected === undefined ? {} : { elected: after.elected }),
    ...(calledAt === undefined ? {} : { calledAt }),
    used: Object.fromEntries(Object.entries(used).filter(([, of]) => of !== undefined)) as Record<string, { at: number; amount: string }>,
  }
  const sums = { called: before.called, recovered: fromText(carried.recovered), 'fee-accrued': fromText(carried.fee) }
  return {
    lines: [...claimLines(work, claims), ...fees, ...recoveryLines(work, heard)],
    positions: guaranteePositions(work, { ...after, used }, sums, { called: after.called, recovered, 'fee-accrued': fee }),
    refusals: [...heard.refusals, ...refusals, ...checkRecovered(clause, recovered, after.called)],
    closing,
  }
}

type Promise = Readonly<{ from: LocalDate; through: LocalDate; wanted: Rational; cap: Rational; firm: boolean }>

/** What one slice of the clause may still have to pay from an instant on: what is in default, and its payments as they fall due. */
const promisesOf = (clause: ResolvedGuarantee, schedule: Schedule, from: LocalDate, { unpaid, elected }: Standing): Promise[] => {
  const { zone } = schedule
  const at = startOfDate(from, zone)
  return clause.payments.flatMap((payment): Promise[] => {
    const cap = capBefore(schedule, clause, payment.at)
    const rest = unpaid.get(payment.id)
    if (rest !== undefined)
      return isZero(rest) || clause.to <= at
        ? []
        : [{ from, through: addDays(dateOf(clause.to, zone), -1), wanted: rest, cap, firm: false }]
    if (payment.at < Math.max(at, clause.from) || payment.at >= clause.to) return []
    const firm = isTaken(elected, payment) && elected?.which === 'assume'
    const wanted = times(payment.amount, firm ? (clause.discountedRent ?? one) : one)
    return [{ from: payment.due, through: payment.due, wanted, cap, firm }]
  })
}

/**
 * What the guarantee may still cost, by the dates on which its payments fall due, cut by the caps in order of time. All slices of a clause draw
 * on one cap, so the first that is still to run speaks for all.
 */
const commitments = (
  clause: ResolvedGuarantee,
  { schedule, from, state }: Readonly<{ schedule: Schedule; from: LocalDate; state: ClauseState }>,
): Commitment[] => {
  const standing = standingOf(carriedIn(state))
  const at = startOfDate(from, schedule.zone)
  const slices = schedule.clauses.filter((each): each is ResolvedGuarantee => each.id === clause.id && each.to > at)
  if (slices[0]?.from !== clause.from || hasEnded(standing.elected)) return []
  let called = standing.called
  return slices
    .flatMap((slice, index) => promisesOf(slice, schedule, from, index === 0 ? standing : { ...standing, unpaid: new Map() }))
    .toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
    .flatMap(({ wanted, cap, firm, ...dates }): Commitment[] => {
      // Rounded as the line will be that draws on the cap.
      const amount = toRational(toMoney(least(wanted, greatest(nought, minus(cap, called))), schedule.currency))
      called = plus(called, amount)
      if (isZero(amount)) return []
      return [{ clause: clause.id, payer: clause.payer, payee: clause.payee, ...dates, amount, nature: firm ? 'firm' : 'contingent' }]
    })
}

/** `obligation-guarantee`: the guarantor stands for rents or debt service of the operator, up to a cap that calls use up. */
export const obligationGuarantee = clauseKind<ObligationGuarantee, ResolvedGuarantee>({
  kind: 'obligation-guarantee',
  shape: guaranteeShape,
  shapes: {},
  payer: ['guarantor'],
  payee: ['landlord', 'lender'],
  check: checkGuarantee,
  resolve: resolveGuarantee,
  say: sayGuarantee,
  formulas: {
    'guarantee-call': { word: 'Guarantee, called for what was due', posts: plainly('guarantee-call') },
    'guarantee-assumed': { word: 'Guarantee, obligation assumed', posts: plainly('guarantee-call') },
    'guarantee-sublease': { word: 'Guarantee, less income of the sublease', posts: plainly('guarantee-call') },
    'guarantee-termination': { word: 'Guarantee, termination fee', posts: plainly('guarantee-call') },
    'guarantee-fee': { word: 'Guarantee fee', posts: plainly('guarantee-fee') },
    recovery: { word: 'Recovered under the guarantee', posts: plainly('guarantee-recovery') },
  },
  stages: { support: settleGuarantee },
  commitments,
})
