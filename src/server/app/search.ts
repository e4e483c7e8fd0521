import { monthInWords } from '../../core/base/month-words.ts'
import { monthInterval, monthOf, type Month } from '../../core/base/time.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { listAgreements } from '../store/agreements.ts'
import type { Store } from '../store/database.ts'
import { listRackedBlocks } from '../store/rack-rows.ts'
import { inReach, type Reach } from '../store/reach.ts'
import { findAmounts, findJournal, findMonths, findOrderNames, findSigned, findStatements } from '../store/search.ts'
import type { Work } from '../store/transaction.ts'
import { findSchedule } from './find-schedule.ts'

/** Something that was found. `place`: of a hall its factory, of an amount what it is of. */
export type Hit = Readonly<{
  kind: 'agreement' | 'month' | 'amount' | 'clause' | 'factory' | 'hall' | 'order' | 'statement' | 'version' | 'journal'
  id: string
  agreement?: string
  month?: Month
  version?: number
  line?: number
  place?: string
  amount?: string
}>

export type Found = Readonly<{ hits: readonly Hit[]; schedules: ReadonlyMap<string, Schedule> }>

/** Agreements that are looked through. */
const agreementsMax = 200
/** Digits of a hash from which it is looked for: fewer are a word. */
const hashDigitsMin = 4

/** Ways in which statements write an amount that somebody typed or pasted; none where it is no amount. */
export const amountsIn = (question: string): string[] => {
  const text = question
    .replace(/^(explain|why)\s+/i, '')
    .replaceAll(/[A-Z]{3}$|^[A-Z]{3}\s/g, '')
    .replaceAll(/[\s,_()−+-]/g, '')
  const found = /^(\d{1,18})(?:\.(\d{0,4}))?$/.exec(text)
  if (found === null) return []
  const [whole, fraction = ''] = [found[1]!.replace(/^0+(?=\d)/, ''), found[2]]
  const places = [...new Set([0, 2, 3, fraction.length])].filter((each) => each >= fraction.replace(/0+$/, '').length)
  const written = places.map((each) => (each === 0 ? whole : `${whole}.${fraction.replace(/0+$/, '').padEnd(each, '0')}`))
  // A net may be against the guarantor: it is stated without a sign, with who pays.
  return written
}

const matches = (question: string) => {
  const words = question.toLowerCase().split(/\s+/)
  return (...texts: readonly string[]): boolean => {
    const text = texts.join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  }
}

/** What the terms of an agreement name. */
const named = ({ agreement, title, clauses, blocks }: Schedule, question: string, limit: number): Hit[] => {
  const is = matches(question)
  const clauseIds = [...new Map(clauses.map((clause) => [clause.id, clause.kind]))].filter(([id, kind]) => is(id, kind, agreement, title))
  const factories = [...new Map(blocks.map((block) => [block.factory, block.region]))].filter(([id, region]) => is(id, region))
  return [
    ...(is(agreement, title) ? [{ kind: 'agreement' as const, id: agreement, agreement }] : []),
    ...factories.slice(0, limit).map(([id]) => ({ kind: 'factory' as const, id, agreement })),
    ...clauseIds.slice(0, limit).map(([id]) => ({ kind: 'clause' as const, id, agreement })),
  ]
}

const monthHits = async (tx: Work, month: Month, schedules: ReadonlyMap<string, Schedule>, limit: number): Promise<Hit[]> => {
  const stated = new Map((await findMonths(tx, month, limit)).map((each) => [each.agreement, each.version]))
  return [...schedules.values()]
    .filter(
      ({ from, to, zone, agreement }) => stated.has(agreement) || (month >= monthOf(from, zone) && monthInterval(month, zone).from < to),
    )
    .slice(0, limit)
    .map(({ agreement }): Hit => ({ kind: 'month', id: month, agreement, month, version: stated.get(agreement) ?? 0 }))
}

/** Where 0, 1 and 2 stand for sums, lines come from 11 on. */
const placeInWords = (place: number): string => ['net', 'guarantor pays', 'operator pays'][place] ?? 'line'

const amountHits = async (tx: Work, question: string, limit: number): Promise<Hit[]> => {
  const amounts = amountsIn(question)
  if (amounts.length === 0) return []
  return (await findAmounts(tx, amounts, limit)).map(({ agreement, month, version, place, amount }): Hit => ({
    kind: 'amount',
    id: amount,
    agreement,
    month,
    version,
    amount,
    place: placeInWords(place),
    ...(place > 10 ? { line: place - 10 } : {}),
  }))
}

const idHits = async (tx: Work, text: string, limit: number): Promise<Hit[]> => {
  const hash = text.toLowerCase().replace(/^sha256:/, '')
  const isHash = /^[0-9a-f]{1,64}$/.test(hash) && hash.length >= hashDigitsMin
  if (!isHash && !/^(stm|jrn)_/.test(text)) return []
  const wanted = isHash ? hash : text
  const statements = await findStatements(tx, wanted, limit)
  const signed = isHash ? await findSigned(tx, wanted, limit) : []
  const journals = await findJournal(tx, text)
  return [
    ...statements.map(({ agreement, month, version, hash: id }): Hit => ({ kind: 'statement', id, agreement, month, version })),
    ...signed.map(({ agreement, version, hash: id }): Hit => ({ kind: 'version', id, agreement, version })),
    ...journals.map(({ id, book, agreement, month, version }): Hit => ({ kind: 'journal', id, agreement, month, version, place: book })),
  ]
}

const hallHits = async (tx: Work, question: string, schedules: ReadonlyMap<string, Schedule>, limit: number): Promise<Hit[]> => {
  const is = matches(question)
  if (!/hall|\d/i.test(question)) return []
  const blocks = new Map(
    [...schedules.values()].flatMap(({ agreement, blocks: all }) =>
      all.map((block) => [block.id as string, { agreement, factory: block.factory }] as const),
    ),
  )
  const halls = (await listRackedBlocks(tx)).flatMap(({ block, halls: names }) => {
    const of = blocks.get(block)
    return of === undefined ? [] : names.filter((hall) => hall !== '' && is(hall, of.factory)).map((hall) => ({ hall, ...of }))
  })
  const hits = halls.map(({ hall, agreement, factory }): Hit => ({ kind: 'hall', id: hall, agreement, place: factory }))
  return [...new Map(hits.map((hit) => [`${hit.place}/${hit.id}`, hit])).values()].slice(0, limit)
}

export type SearchAsked = Readonly<{
  question: string
  /** Hits of one kind, at most. */
  limit: number
  /** What of it may be asked for at all. */
  may: Readonly<{ statements: boolean; orders: boolean; factories: boolean; ledger: boolean }>
}>

/** Finds what has a name, an id or an amount, within a reach: what is not seen is not found, and not counted. */
export const makeSearch =
  (store: Store) =>
  (reach: Reach, { question, limit, may }: SearchAsked): Promise<Found> =>
    inReach<Found>(store, reach, async (tx) => {
      const schedules = new Map<string, Schedule>()
      for (const { agreement } of (await listAgreements(tx.queries)).slice(0, agreementsMax)) {
        const schedule = await findSchedule(tx.queries, agreement)
        if (schedule !== undefined) schedules.set(agreement, schedule)
      }
      const month = monthInWords(question)
      const word = question.trim()
      const orders = may.orders && /^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(word) ? await findOrderNames(tx, word, limit) : []
      const ids = may.statements ? await idHits(tx, word, limit) : []
      const hits = [
        ...(may.statements ? await amountHits(tx, question, limit) : []),
        ...(month === undefined || !may.statements ? [] : await monthHits(tx, month, schedules, limit)),
        ...ids.filter(({ kind }) => kind !== 'journal' || may.ledger),
        ...[...schedules.values()]
          .flatMap((schedule) => named(schedule, question, limit))
          .filter(({ kind }) => kind !== 'factory' || may.factories),
        ...(may.factories ? await hallHits(tx, question, schedules, limit) : []),
        ...orders.map((id): Hit => ({ kind: 'order', id })),
      ]
      return { hits, schedules }
    })
export type SearchSource = ReturnType<typeof makeSearch>
