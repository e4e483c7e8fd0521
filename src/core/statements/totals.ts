import { formatMoney, money } from '../base/money.ts'
import type { NetTotal, PairTotal, Totals } from './statement.ts'

/** What totals are made of: a line, and how much of it is in dispute, in minor units. */
export type Counted = Readonly<{ payer: string; payee: string; minor: bigint; held: bigint }>

/** Who settles with whom, in which currency. */
export type Between = Readonly<{
  guarantor: Readonly<{ id: string }>
  operator: Readonly<{ id: string }>
  parties: readonly Readonly<{ id: string }>[]
  netting: boolean
  currency: string
}>

/** What two parties pay each other: gross, in dispute, and the net of all and of what is not in dispute. */
const pairOf = (one: string, other: string, lines: readonly Counted[], currency: string): PairTotal => {
  const paid = (payer: string, payee: string, of: (line: Counted) => bigint) =>
    lines.filter((line) => line.payer === payer && line.payee === payee).reduce((sum, line) => sum + of(line), 0n)
  const both = (of: (line: Counted) => bigint) => [paid(one, other, of), paid(other, one, of)] as const
  const text = (minor: bigint) => formatMoney(money(minor, currency))
  const netOf = ([first, second]: readonly [bigint, bigint]): NetTotal => {
    const net = first - second
    const [payer, payee] = net > 0n ? [one, other] : net < 0n ? [other, one] : [null, null]
    return { payer, payee, amount: text(net < 0n ? -net : net) }
  }
  const [pays, held] = [both(({ minor }) => minor), both((line) => line.held)]
  return {
    parties: [one, other],
    pays: [text(pays[0]), text(pays[1])],
    held: [text(held[0]), text(held[1])],
    net: netOf(pays),
    payable: netOf(both((line) => line.minor - line.held)),
  }
}

/** The totals of a statement: of guarantor and operator, and of every other two parties that have a line. */
export const totalsOf = ({ guarantor, operator, parties, netting, currency }: Between, lines: readonly Counted[]): Totals => {
  const { pays, held, net, payable } = pairOf(guarantor.id, operator.id, lines, currency)
  const pairs = parties.flatMap((one, i) => parties.slice(i + 1).map((other) => [one.id, other.id] as const))
  const others = pairs
    .filter(([one, other]) => ![guarantor.id, operator.id].every((id) => id === one || id === other))
    .filter((pair) => lines.some(({ payer, payee }) => pair.includes(payer) && pair.includes(payee)))
    .map(([one, other]) => pairOf(one, other, lines, currency))
  return {
    guarantorPays: pays[0],
    operatorPays: pays[1],
    guarantorHeld: held[0],
    operatorHeld: held[1],
    net,
    payable,
    netting,
    others,
  }
}
