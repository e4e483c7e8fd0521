import { decimal, isZero } from '../../core/base/rational.ts'
import { dateForPeople, figure } from '../../core/statements/figures.ts'
import type { NetTotal, PairTotal, Statement } from '../../core/statements/statement.ts'

export type Pair = PairTotal & Readonly<{ names: readonly [string, string] }>

export const nameOf = ({ guarantor, operator, parties }: Statement, id: string | null): string =>
  [guarantor, operator, ...parties].find((party) => party.id === id)?.name ?? id ?? ''

/** Guarantor and operator first, where they owe each other something or nobody else does; then all others that do. */
export const pairsOf = (statement: Statement): readonly Pair[] => {
  const { guarantor, operator, totals, lines } = statement
  const { guarantorPays, operatorPays, guarantorHeld, operatorHeld, net, payable, others } = totals
  const ids = [guarantor.id, operator.id]
  const isOwed = lines.some(({ payer, payee }) => ids.includes(payer) && ids.includes(payee))
  const main: PairTotal = {
    parties: [guarantor.id, operator.id],
    pays: [guarantorPays, operatorPays],
    held: [guarantorHeld, operatorHeld],
    net,
    payable,
  }
  return (isOwed || others.length === 0 ? [main, ...others] : others).map((pair) => ({
    ...pair,
    names: [nameOf(statement, pair.parties[0]), nameOf(statement, pair.parties[1])],
  }))
}

export const isHeld = ({ held }: Pair): boolean => held.some((amount) => !isZero(decimal(amount)))

const whenDue = ({ dueOn }: Statement): string => (dueOn === null ? 'once it is final' : `by ${dateForPeople(dueOn)}`)

type Said = Readonly<{ pair: Pair; currency: string }>

const inMoney = (amount: string, currency: string): string => `${figure(amount)} ${currency}`

const netSentence = ({ pair: { names, parties, net }, currency }: Said, when: string): string => {
  if (net.payer === null) return `${names[0]} and ${names[1]} owe each other nothing.`
  const [from, to] = net.payer === parties[0] ? names : [names[1], names[0]]
  return `${from} pays ${to} ${inMoney(net.amount, currency)} net ${when}.`
}

const heldSentence = ({ pair, currency }: Said): string => {
  if (!isHeld(pair)) return ''
  const { names, parties, payable } = pair
  if (payable.payer === null) return ' A part is in dispute and held; without it nothing is payable.'
  return ` A part is in dispute and held; without it ${inMoney(payable.amount, currency)} is payable by ${payable.payer === parties[0] ? names[0] : names[1]}.`
}

/** Who pays whom, how much, by when: a sentence for every two parties. */
export const owedSentences = (statement: Statement): readonly string[] => {
  const { currency, totals, guarantor } = statement
  const when = whenDue(statement)
  return pairsOf(statement).map((pair) => {
    const { names, pays, parties } = pair
    const isMain = parties[0] === guarantor.id && parties[1] === statement.operator.id
    const gross = `${names[0]} pays ${inMoney(pays[0], currency)} and ${names[1]} pays ${inMoney(pays[1], currency)} ${when}; the two are not netted.`
    return (isMain && !totals.netting ? gross : netSentence({ pair, currency }, when)) + heldSentence({ pair, currency })
  })
}

/** Who owes the net, for its row. */
export const netText = ({ names, parties }: Pair, { payer }: NetTotal): string => {
  if (payer === null) return 'nobody owes anything'
  return payer === parties[0] ? `${names[0]} pays ${names[1]}` : `${names[1]} pays ${names[0]}`
}
