import { compare, fromText, over, rational, times, toFixed } from '../core/base/rational.ts'
import type { MembershipWire } from '../wire/access.ts'
import type { NeedWire, NewsWire } from '../wire/today.ts'
import { monthText } from './dates.ts'
import { ageText, amountText, countText, ratioText } from './format.ts'

/** Where one act on something leads. */
export type Place = Readonly<{ to: string; act: string }>

/** What needs somebody, in the words of whoever looks: the same thing has another verb on each side of it. */
export type NeedWords = Readonly<{ verb: string; what: string; note: string; place: Place | undefined }>

type Acting = MembershipWire | null
const isFor = (acting: Acting, party: string | null): boolean => acting !== null && acting.party !== null && acting.party === party

const period = ({ agreement, month }: NeedWire): string => `/agreements/${agreement}/periods/${month}`
const ofMonth = ({ title, month }: NeedWire): string => `${title}, ${month === null ? '' : monthText(month)}`
const findings = (count: number): string => `${countText(count)} ${count === 1 ? 'finding' : 'findings'}`

const payment = (need: NeedWire, acting: Acting): NeedWords => {
  const payee = need.payer === need.guarantor ? need.operator : need.guarantor
  const payer = need.payer === need.guarantor ? 'guarantor' : need.payer === need.operator ? 'operator' : (need.payer ?? '')
  const verb = isFor(acting, need.payer) ? 'Pay' : isFor(acting, payee) ? 'Receive' : 'Watch'
  const note = `${payer} pays${(need.daysLeft ?? 0) < 0 ? '; not on record as paid' : ''}`
  // Many months in one sum: their list is on the page of the agreement.
  if (need.count !== null && need.month !== null) {
    const what = `${need.title}, ${countText(need.count)} months from ${monthText(need.month)} on`
    return { verb, what, note, place: { to: `/agreements/${need.agreement}`, act: 'Open' } }
  }
  return { verb, what: ofMonth(need), note, place: { to: period(need), act: 'Open' } }
}

const month = (need: NeedWire, acting: Acting, person: string | undefined): NeedWords => {
  const days = -(need.daysLeft ?? 0)
  const by = need.by?.name ?? ''
  const isOperator = isFor(acting, need.operator)
  // Nobody approves what they prepared, nor twice.
  const isApprover = need.by?.id !== person && (need.stage === 'prepared' ? isOperator : isFor(acting, need.guarantor))
  const [todo, note] = {
    open: [isOperator ? 'Close' : 'Await close', `over for ${countText(days)} ${days === 1 ? 'day' : 'days'}, not final`],
    prepared: [isApprover ? 'Approve' : 'Await approval', `prepared by ${by}; the operator approves first`],
    'approved-by-operator': [isApprover ? 'Approve' : 'Await approval', `approved by ${by} for the operator`],
    returned: [isOperator ? 'Prepare again' : 'Await close', `sent back by ${by}`],
    overtaken: [isOperator ? 'Prepare again' : 'Await close', 'approved, and not closed: what is known had changed'],
    closing: ['Await close', 'approved by both; it is being closed'],
  }[need.stage ?? 'open'] as [string, string]
  return { verb: todo, what: ofMonth(need), note, place: { to: period(need), act: need.amount === null ? 'Open' : 'Review' } }
}

const claim = (need: NeedWire, acting: Acting): NeedWords => {
  const asked = need.kind === 'answer'
  // The operator answers nowhere in words: what answers is evidence that comes in.
  const verb = isFor(acting, need.guarantor) ? (asked ? 'Await answer' : 'Decide') : isFor(acting, need.operator) ? 'Look at' : 'Watch'
  const place = { to: `/claims/${need.agreement}/${need.month}`, act: asked ? 'Open' : 'Review' }
  return {
    verb,
    what: `${ofMonth(need)}: claim`,
    note: `${findings(need.count ?? 0)}${asked ? ' asked about; readings answer' : ''}`,
    place,
  }
}

const covenant = (need: NeedWire, acting: Acting): NeedWords => {
  const { actual, required, agreement, title, clause, name } = need
  const [ratio, level] = [fromText(actual ?? '0'), fromText(required ?? '0')]
  const isBroken = compare(ratio, level) < 0
  const verb = !isBroken ? 'Watch' : isFor(acting, need.operator) ? 'Cure' : acting?.role === 'lender' ? 'Look into' : 'Watch'
  const note = `${ratioText(actual ?? '0')}, not below ${ratioText(required ?? '0')}; tested ${need.month === null ? '' : monthText(need.month)}`
  return {
    verb,
    what: `${title}: ${clause}, ${name}`,
    note: `${isBroken ? 'broken: ' : 'near: '}${note}`,
    place: { to: `/lender/${agreement}/${clause}`, act: 'Open' },
  }
}

/** One sentence and one act for each. `person`: who looks, by id. */
export const needInWords = (need: NeedWire, acting: Acting, person: string | undefined): NeedWords => {
  switch (need.kind) {
    case 'payment':
      return payment(need, acting)
    case 'month':
      return month(need, acting, person)
    case 'findings':
    case 'answer':
      return claim(need, acting)
    case 'dispute':
      return { verb: 'Settle', what: `${ofMonth(need)}: dispute`, note: 'held out of the net', place: { to: period(need), act: 'Open' } }
    case 'cap': {
      const used = `${toFixed(times(fromText(need.share ?? '0'), rational(100)), 1)} % used`
      return {
        verb: 'Watch',
        what: `${need.title}: cap of ${need.clause}, ${need.name}`,
        note: used,
        place: { to: `/agreements/${need.agreement}`, act: 'Open' },
      }
    }
    case 'covenant':
      return covenant(need, acting)
    case 'feed': {
      const late = `late: silent for ${ageText(need.ageSeconds ?? 0)}, at most ${ageText(need.limitSeconds ?? 0)}`
      return { verb: 'Chase', what: `Feed ${need.title}`, note: late, place: { to: '/settings/feeds', act: 'Open' } }
    }
    case 'order':
      return { verb: 'Renew', what: `Order ${need.title}`, note: 'or let it end', place: { to: `/orders/${need.title}`, act: 'Open' } }
    case 'job':
      return { verb: 'Look into', what: `Job ${need.title}`, note: need.name ?? '', place: undefined }
  }
}

/** `24 d`, `today`, `3 d over`. */
export const daysText = (days: number | null): string => {
  if (days === null) return ''
  if (days === 0) return 'today'
  return days > 0 ? `${countText(days)} d` : `${countText(-days)} d over`
}

const newsWords: Readonly<Record<NewsWire['kind'], string>> = {
  final: 'final',
  corrected: 'final, with corrections of earlier months',
  amended: 'amended',
  disputed: 'disputed',
}

export const newsInWords = ({ kind, title, month: of, version, amount, currency }: NewsWire): string => {
  const what = of === null ? title : `${title}, ${monthText(of)}`
  const how = kind === 'amended' ? `amended: version ${version}` : newsWords[kind]
  return `${what}: ${how}${amount === null ? '' : `, ${kind === 'disputed' ? '' : 'net '}${amountText(amount)} ${currency}`}`
}

const plural = (count: number, one: string, many: string): string => `${countText(count)} ${count === 1 ? one : many}`

/** `4 statements final · 1 with corrections · 2 amendments`; nothing of what is none. */
export const newsSummary = (news: readonly NewsWire[]): string => {
  const of = (kind: NewsWire['kind']) => news.filter((each) => each.kind === kind).length
  const parts = [
    [of('final') + of('corrected'), 'statement final', 'statements final'],
    [of('corrected'), 'with corrections', 'with corrections'],
    [of('amended'), 'amendment', 'amendments'],
    [of('disputed'), 'dispute', 'disputes'],
  ] as const
  return parts.flatMap(([count, one, many]) => (count === 0 ? [] : [plural(count, one, many)])).join(' · ')
}

/** The part of a month's GPU-time that was used, as a decimal share; undefined where nothing was sold. */
export const usedShare = (used: number, sold: number): string | undefined =>
  sold === 0 ? undefined : toFixed(over(rational(used), rational(sold)), 3)
