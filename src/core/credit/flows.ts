import { rational, type Rational } from '../base/rational.ts'
import { sumRows, type RegisterRow } from './register.ts'

/**
 * What a clause is to the circle of money between a guarantor and a counterparty. This is the only place where the register names kinds of
 * clauses; one that is not named here is told by the rest of the table: what was paid and received for it.
 */
const roles: Readonly<Record<string, 'capacity' | 'share' | 'equity'>> = {
  'capacity-backstop': 'capacity',
  'take-or-pay': 'capacity',
  'capacity-leaseback': 'capacity',
  prepayment: 'capacity',
  'revenue-share': 'share',
  'stock-purchase-right': 'equity',
}

const isGiven = ({ side }: RegisterRow): boolean => side === 'given'
export const isShareIncome = ({ kind, side }: RegisterRow): boolean => side === 'held' && roles[kind] === 'share'
/** A stake states its cost; shares bought under a right cost what was paid. */
const isEquity = ({ kind, amounts }: RegisterRow): boolean => amounts.cost !== undefined || roles[kind] === 'equity'
/** Whether it is still promised or by now only owed back. */
export const isCapacityBought = ({ kind }: RegisterRow): boolean => roles[kind] === 'capacity'

/** Minor units of the reporting currency, all of them positive where money goes the way that the name says. */
export type CircularFlow = Readonly<{
  counterparty: string
  /** From the portfolio: outside all agreements. */
  hardwareSold: bigint
  /** Stakes at cost, and what was paid for shares bought under rights. */
  equityIn: bigint
  /** Paid so far for capacity under backstops, take-or-pay, leasebacks and prepayments. */
  capacityBought: bigint
  /** Still promised for it, firm and at most. */
  capacityFirm: bigint
  capacityContingent: bigint
  shareReceived: bigint
  /** Everything else that was paid to, and received from, it or others on its account. */
  otherPaid: bigint
  otherReceived: bigint
  /** Gross of what is guaranteed for it: all that is given and is not capacity. */
  guarantees: bigint
  /** Stock rights held, at what they would bring today. */
  stockRights: bigint
  /**
   * (equity in + capacity bought − share received) ÷ hardware sold: how much of the money for the hardware the seller itself put there.
   * Undefined where no hardware was sold.
   */
  netRoundTrip: Rational | undefined
  /** The same with everything that is still promised: capacity, firm and at most, and guarantees. */
  promisedRoundTrip: Rational | undefined
}>

export type HardwareSold = Readonly<{ counterparty: string; minor: bigint }>

const flowOf = (counterparty: string, rows: readonly RegisterRow[], hardwareSold: bigint): CircularFlow => {
  const [capacity, share] = [rows.filter(isCapacityBought), rows.filter(isShareIncome)]
  const [equity, other] = [rows.filter(isEquity), rows.filter((row) => !isCapacityBought(row) && !isShareIncome(row) && !isEquity(row))]
  const sums = {
    equityIn: equity.reduce((sum, { amounts: { cost, paid } }) => sum + (cost ?? paid ?? 0n), 0n),
    capacityBought: sumRows(capacity, 'paid') - sumRows(capacity, 'received'),
    capacityFirm: sumRows(capacity.filter(isGiven), 'firm'),
    capacityContingent: sumRows(capacity.filter(isGiven), 'contingent'),
    shareReceived: sumRows(share, 'received') - sumRows(share, 'paid'),
    otherPaid: sumRows(other, 'paid'),
    otherReceived: sumRows(other, 'received'),
    guarantees: sumRows(
      rows.filter((row) => isGiven(row) && !isCapacityBought(row)),
      'gross',
    ),
    stockRights: sumRows(rows, 'intrinsic'),
  }
  const net = sums.equityIn + sums.capacityBought - sums.shareReceived
  const promised = net + sums.capacityFirm + sums.capacityContingent + sums.guarantees
  const ratio = (minor: bigint) => (hardwareSold === 0n ? undefined : rational(minor, hardwareSold))
  return { counterparty, hardwareSold, ...sums, netRoundTrip: ratio(net), promisedRoundTrip: ratio(promised) }
}

/** The circle of money, one row for each counterparty in order of name, and all of them together. */
export const circularFlows = (rows: readonly RegisterRow[], hardware: readonly HardwareSold[]) => {
  const names = [...new Set([...rows.map(({ counterparty }) => counterparty), ...hardware.map(({ counterparty }) => counterparty)])]
  const sold = (of: readonly HardwareSold[]) => of.reduce((sum, { minor }) => sum + minor, 0n)
  return {
    flows: names.toSorted().map((name) =>
      flowOf(
        name,
        rows.filter(({ counterparty }) => counterparty === name),
        sold(hardware.filter(({ counterparty }) => counterparty === name)),
      ),
    ),
    total: flowOf('Total', rows, sold(hardware)),
  }
}
