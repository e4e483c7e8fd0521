import { formatMoney, parseMoney } from '../core/base/money.ts'
import type { LineWire, StatementWire } from '../wire/statement.ts'
import { dayText } from './dates.ts'
import { amountText } from './format.ts'

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

const nameOf = ({ guarantor, operator, parties }: StatementWire, id: string | null): string =>
  [guarantor, operator, ...parties].find((party) => party.id === id)?.name ?? ''

const words: ReadonlyMap<string, string> = new Map([
  ['backstop', 'the backstop'],
  ['called', 'called capacity'],
  ['called-over-cap', 'called capacity'],
  ['share', 'revenue share'],
  ['share-base', 'revenue share'],
  ['recoupment', 'recoupment'],
])

/** What a line is for: as the statement words it, without its reason, block and days. */
const wordOf = ({ formula, text, corrects }: LineWire): string => {
  if (corrects !== undefined) return 'corrections of earlier months'
  const head = text.split(',')[0]!
  return words.get(formula) ?? `${head.charAt(0).toLowerCase()}${head.slice(1)}`
}

/** What the payments of one side to the other are for. */
const paidFor = ({ lines }: StatementWire, payer: string, payee: string): string =>
  listed([...new Set(lines.filter((line) => line.payer === payer && line.payee === payee && /[1-9]/.test(line.amount)).map(wordOf))])

/** What is owed beside guarantor and operator, a sentence for every two parties. */
const aside = (statement: StatementWire): string =>
  statement.totals.others
    .filter(({ net }) => net.payer !== null)
    .map(({ net: { payer, payee, amount } }) => {
      const names = [payer, payee].map((id) => nameOf(statement, id))
      return ` ${names[0]} pays ${names[1]} ${amountText(amount)} ${statement.currency}: ${paidFor(statement, payer!, payee!)}.`
    })
    .join('')

/** A sentence with its amount set apart. `held`: another one for what of it is in dispute, where something is. */
export type Opening = Sentence & Readonly<{ held?: Sentence }>
type Sentence = Readonly<{ before: string; amount: string; after: string }>

/** How a sentence begins with who pays: their name, or "You" to whoever acts for them. */
const pays = (statement: StatementWire, id: string | null, you: string | null | undefined): string =>
  id !== null && id === you ? 'You pay' : `${nameOf(statement, id)} pays`
const toName = (statement: StatementWire, id: string | null, you: string | null | undefined): string =>
  id !== null && id === you ? 'you' : nameOf(statement, id)

const isSome = (amount: string): boolean => /[1-9]/.test(amount)
/** `amount` less `held`, as it is written. */
const without = (amount: string, held: string, currency: string): string =>
  formatMoney({ minor: parseMoney(amount, currency)!.minor - parseMoney(held, currency)!.minor, currency })

/** What is in dispute of what each side pays, and what was stated with it. */
const heldIn = (statement: StatementWire): Pick<Opening, 'held'> => {
  const { totals, currency, guarantor, operator } = statement
  const sides = [
    { amount: totals.guarantorHeld, name: guarantor.name },
    { amount: totals.operatorHeld, name: operator.name },
  ].filter(({ amount }) => isSome(amount))
  if (sides.length === 0) return {}
  const payer = totals.net.payer === null ? '' : `, ${nameOf(statement, totals.net.payer)} to ${nameOf(statement, totals.net.payee)}`
  const stated = totals.netting ? `; the net as stated is ${amountText(totals.net.amount)} ${currency}${payer}` : ''
  return {
    held: {
      before: ' In dispute, and not payable until it is ruled on: ',
      amount: sides.map(({ amount }) => `${amountText(amount)} ${currency}`).join(' and '),
      after: ` of what ${sides.map(({ name }) => name).join(' and ')} ${sides.length === 1 ? 'pays' : 'pay'}${stated}.`,
    },
  }
}

/**
 * The statement in one sentence, with its amount set apart: who pays whom, how much, by when, for what; what is in dispute is no part of it and has its own.
 * Only here is anybody "you": the party `you`, for which whoever reads this acts.
 */
export const openingOf = (statement: StatementWire, you?: string | null): Opening => {
  const { totals, currency, dueOn, guarantor, operator } = statement
  const when = dueOn === null ? 'once it is final' : `by ${dayText(dueOn)}`
  const amount = (text: string) => `${amountText(text)} ${currency}`
  const guarantorPays = amount(without(totals.guarantorPays, totals.guarantorHeld, currency))
  if (!totals.netting)
    return {
      before: `${pays(statement, guarantor.id, you)} ${guarantorPays} and ${pays(statement, operator.id, you).replace('You', 'you')} `,
      amount: amount(without(totals.operatorPays, totals.operatorHeld, currency)),
      after: ` ${when}; the two are not netted.${aside(statement)}`,
      ...heldIn(statement),
    }
  const { payer, payee } = totals.payable
  const beside = aside(statement)
  if (payer === null) {
    const who = beside === '' ? 'Nobody owes anything' : `${guarantor.name} and ${operator.name} owe each other nothing`
    return { before: `${who}: both sides come to `, amount: guarantorPays, after: `.${beside}`, ...heldIn(statement) }
  }
  const own = paidFor(statement, payer, payee ?? '')
  const other = paidFor(statement, payee ?? '', payer)
  const why = other === '' ? own : `${own}, less ${other}`
  return {
    before: `${pays(statement, payer, you)} ${toName(statement, payee, you)} `,
    amount: amount(totals.payable.amount),
    after: ` net ${when}: ${why}.${beside}`,
    ...heldIn(statement),
  }
}

const salesKinds = new Set(['allocation', 'reservation'])

/**
 * What has to be seen of a month whose statement rests on no reading of a sale, although capacity was accepted: it may be what happened, or a feed that never
 * came. Undefined for any other month.
 */
export const withoutSales = ({ evidence, waterfall }: Pick<StatementWire, 'evidence' | 'waterfall'>): string | undefined =>
  waterfall.accepted === '0' || evidence.some(({ kind, readings }) => salesKinds.has(kind) && readings > 0)
    ? undefined
    : 'No sales were read for this month: all accepted capacity counts as unsold.'

/** The picture of the month in a sentence, for who cannot see it. */
export const capacityInWords = (parts_: readonly Readonly<{ name: string; share: string | undefined }>[]): string =>
  `Of accepted capacity, ${listed(parts_.filter(({ share }) => share !== undefined).map(({ name, share }) => `${share} was ${name.toLowerCase()}`))}.`
