import { formatMoney, money, parseMoney } from '../../core/base/money.ts'
import type { Problem } from '../../core/base/problem.ts'
import type { Instant, Month } from '../../core/base/time.ts'
import type { SettledAgain } from '../../core/settlement/correct.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { compareLines, settledToCompared, type LineChange, type NetChange } from '../../core/statements/compare.ts'
import { parseAgreement } from '../../core/terms/parse.ts'
import { patchDocument, type Change } from '../../core/terms/patch.ts'
import { resolve } from '../../core/terms/resolve.ts'
import { reword, type Reworded } from '../../core/terms/reworded.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { sentences } from '../../core/terms/sentences.ts'
import { findVersions } from '../store/agreements.ts'
import type { Store } from '../store/database.ts'
import { findHistory, type PastMonth } from '../store/history.ts'
import { inTransaction, type Work } from '../store/transaction.ts'
import { takenNames, withoutOwner } from './load-agreement.ts'
import { settleMonths } from './settle-again.ts'

/** Most months that one question settles. */
export const whatIfMonthsMax = 60

export type WhatIfRequest = Readonly<{
  agreement: string
  /** The latest version with these changes, or another document in its place. */
  terms: Readonly<{ changes: readonly Change[] }> | Readonly<{ document: string }>
  /** Final months, both included; default all of them. */
  from: Month | undefined
  through: Month | undefined
  /** Whether who asks may read readings: a refusal tells the others how many cannot be so, and names none. */
  readings: boolean
  now: Instant
  signal?: AbortSignal | undefined
  /** Told of each month as soon as it is settled. */
  onMonth?: ((month: WhatIfMonth) => void | Promise<void>) | undefined
}>

/** A month under the terms as they are, and as they would be; only the lines that change. */
export type WhatIfMonth = Readonly<{ month: Month; lines: readonly LineChange[]; same: number; nets: readonly NetChange[] }>

export type WhatIf = Readonly<{
  currency: string
  version: number
  months: readonly WhatIfMonth[]
  /** Over all months, for every two parties: below zero where the first of them is owed. */
  totals: readonly Readonly<{ parties: readonly [string, string]; before: string; after: string; difference: string }>[]
  /** The terms that would read otherwise. */
  sentences: readonly Reworded[]
}>

export type WhatIfAnswer =
  | Readonly<{ kind: 'settled'; answer: WhatIf }>
  | Readonly<{ kind: 'invalid'; problems: readonly Problem[] }>
  | Readonly<{ kind: 'refused'; messages: readonly string[] }>

type Signed = Awaited<ReturnType<typeof findVersions>>

/** The latest version with other terms. It stays that version: what it may not change of the one before, it may not change here. */
const changedSchedule = (versions: Signed, terms: WhatIfRequest['terms']): Schedule | Readonly<{ problems: readonly Problem[] }> => {
  const text = 'document' in terms ? { document: terms.document } : patchDocument(versions.at(-1)!.agreement, terms.changes)
  if ('problems' in text) return text
  const parsed = parseAgreement('document' in terms ? terms.document : JSON.stringify(text.document), clauseKinds)
  if ('problems' in parsed) return parsed
  const { agreement, version, previous } = versions.at(-1)!.agreement
  const is = parsed.agreement
  const problems = [
    ...(is.agreement === agreement ? [] : [{ pointer: '/agreement', message: `is ${is.agreement}: this asks about ${agreement}` }]),
    ...(is.version === version
      ? []
      : [{ pointer: '/version', message: `is ${is.version}: a question changes the latest version, ${version}` }]),
    ...(is.previous === previous
      ? []
      : [{ pointer: '/previous', message: `is ${is.previous ?? 'absent'}, and ${previous ?? 'absent'} in version ${version}` }]),
  ]
  return problems.length > 0 ? { problems } : resolve([...versions.slice(0, -1), parsed], clauseKinds)
}

const chosen = (
  history: readonly PastMonth[],
  { agreement, from, through }: WhatIfRequest,
): readonly string[] | { first: number; last: number } => {
  const months = history.map(({ stated }) => stated.month)
  if (months.length === 0) return [`no month of ${agreement} is final yet, so there is nothing to settle again`]
  const first = from === undefined ? 0 : months.indexOf(from)
  const last = through === undefined ? months.length - 1 : months.indexOf(through)
  const range = `the final months are ${months[0]} through ${months.at(-1)}`
  if (first < 0) return [`${from} is not final: ${range}`]
  if (last < 0) return [`${through} is not final: ${range}`]
  if (last < first) return [`${from} is after ${through}`]
  if (last - first >= whatIfMonthsMax) return [`${last - first + 1} months are asked for, and ${whatIfMonthsMax} are the most`]
  return { first, last }
}

const monthOf = (schedules: readonly [Schedule, Schedule], before: SettledAgain, after: SettledAgain): WhatIfMonth => {
  const sides = [before, after].map(({ lines }, i) => lines.map((line) => settledToCompared(schedules[i]!, line)))
  const { lines, nets } = compareLines({ before: sides[0]!, after: sides[1]!, currency: schedules[0].currency })
  const changed = lines.filter(({ kind }) => kind !== 'same')
  return { month: before.month, lines: changed, same: lines.length - changed.length, nets }
}

/** Sums of nets over months, as what the first of two parties pays. */
const totalsOf = (months: readonly WhatIfMonth[], currency: string): WhatIf['totals'] => {
  const sums = new Map<string, { parties: readonly [string, string]; before: bigint; after: bigint }>()
  for (const { nets } of months)
    for (const { parties, before, after } of nets) {
      const name = parties.toSorted().join('\n')
      const sum = sums.get(name) ?? { parties, before: 0n, after: 0n }
      const signed = ({ payer, amount }: NetChange['before']): bigint => {
        const { minor } = parseMoney(amount, currency)!
        return payer === sum.parties[0] ? minor : -minor
      }
      sums.set(name, { ...sum, before: sum.before + signed(before), after: sum.after + signed(after) })
    }
  const text = (minor: bigint) => formatMoney(money(minor, currency))
  return [...sums.values()].map(({ parties, before, after }) => ({
    parties,
    before: text(before),
    after: text(after),
    difference: text(after - before),
  }))
}

const settleBoth = async (
  tx: Work,
  schedules: readonly [Schedule, Schedule],
  history: readonly PastMonth[],
  range: { first: number; last: number },
  request: WhatIfRequest,
) => {
  const stated = history.map((each) => each.stated)
  const months = stated.slice(range.first, range.last + 1).map(({ month }) => month)
  const common = { months, stated, opening: history[range.first - 1]?.closing ?? {}, now: request.now, signal: request.signal }
  const [as, other] = schedules.map((schedule) => settleMonths(tx, { ...common, schedule })) as [
    ReturnType<typeof settleMonths>,
    ReturnType<typeof settleMonths>,
  ]
  const settled: WhatIfMonth[] = []
  for await (const before of as) {
    if ('refusals' in before) return told(before.refusals, months[settled.length]!, request)
    const after = (await other.next()).value
    if (after === undefined || 'refusals' in after) return told(after?.refusals ?? [], months[settled.length]!, request)
    const month = monthOf(schedules, before.settled, after.settled)
    settled.push(month)
    await request.onMonth?.(month)
  }
  return settled
}

/** Sentences of what cannot be so name orders, sources and readings. */
const told = (refusals: readonly string[], month: Month, { readings }: WhatIfRequest): readonly string[] => {
  if (readings) return refusals
  const count = refusals.length === 1 ? 'one thing that readings tell' : `${refusals.length} things that readings tell`
  return [`${month}: ${count} cannot be under these terms; what it is, is for who may read readings`]
}

const isSentences = (answer: readonly string[] | readonly WhatIfMonth[]): answer is readonly string[] => typeof answer[0] === 'string'

/**
 * Past months under other terms: final months are settled again, one opened with what the one before leaves, once under the terms as they were signed and
 * once with the changes, both on all readings there are now. Nothing is simulated, and nothing is written. Throws the signal's reason when cancelled.
 */
export const whatIf = (store: Store, request: WhatIfRequest): Promise<WhatIfAnswer> =>
  inTransaction<WhatIfAnswer>(store, async (tx) => {
    const versions = await findVersions(tx.queries, request.agreement)
    if (versions.length === 0) return { kind: 'refused', messages: [`no agreement ${request.agreement} is loaded`] }
    const signed = resolve(versions, clauseKinds)
    if ('problems' in signed) throw new Error(`${request.agreement}, as signed, no longer resolves`)
    const other = changedSchedule(versions, request.terms)
    if ('problems' in other) return { kind: 'invalid', problems: other.problems }
    // A document that nobody signed may name whatever it likes, and readings are found by these names.
    const taken = await takenNames(tx, other)
    if (taken.length > 0) return { kind: 'invalid', problems: taken.map(withoutOwner) }
    const history = await findHistory(tx, signed, '9999-12')
    const range = chosen(history, request)
    if (!('first' in range)) return { kind: 'refused', messages: range }
    const months = await settleBoth(tx, [signed, other], history, range, request)
    if (isSentences(months)) return { kind: 'refused', messages: months }
    const said = reword(sentences(signed, clauseKinds), sentences(other, clauseKinds)).filter(({ kind }) => kind !== 'same')
    const { currency } = signed
    const { version } = versions.at(-1)!.agreement
    return { kind: 'settled', answer: { currency, version, months, totals: totalsOf(months, currency), sentences: said } }
  })
