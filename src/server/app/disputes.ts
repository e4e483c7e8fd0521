import { parseMoney } from '../../core/base/money.ts'
import type { AgreementId } from '../../core/base/id.ts'
import type { Instant } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { readDisputes } from '../../core/settlement/disputes.ts'
import { contest, type Contest, type Contested } from '../../core/statements/contest.ts'
import { toStated } from '../../core/statements/standing.ts'
import type { Statement } from '../../core/statements/statement.ts'
import { grouped } from '../../core/statements/figures.ts'
import { digestOf } from '../fleet/digest.ts'
import { appendDeed } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import {
  appendDispute,
  appendMessage,
  appendRuling,
  findDisputes,
  messagesMax,
  type DisputeRecord,
  type DisputeRow,
  type DisputeRuling,
} from '../store/dispute-rows.ts'
import { countDrafts } from '../store/drafts.ts'
import { newId } from '../store/ids.ts'
import { findPersonBehind } from '../store/keys.ts'
import { inReach, type Reach } from '../store/reach.ts'
import { findStatement } from '../store/statements.ts'
import { tellEvent } from '../store/tell-event.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'
import type { Decider, MonthName } from './closing-of.ts'
import { refused, type Refused } from './dispute-refusal.ts'
import { findSchedule } from './find-schedule.ts'
import { importReadings, type ReadingBatch } from './import-readings.ts'
import { findLifeOf } from './standing-of.ts'

export type RaiseRequest = MonthName &
  Contest &
  Readonly<{
    version: number
    input?: string | undefined
    reason: string
    proposed?: string | undefined
    text: string
    by: Decider
    now: Instant
  }>
export type RaiseAnswer = Readonly<{ kind: 'raised'; dispute: DisputeRecord; contested: Contested }> | Refused
export type PreviewAnswer = Readonly<{ kind: 'preview'; contested: Contested }> | Refused

/** The source of readings that disputes of an agreement make. */
export const disputesSource = (agreement: string): string => `disputes-${agreement}`

async function* asFile(reading: Reading): AsyncGenerator<ReadingBatch> {
  yield { rows: [{ line: 1, reading, digest: digestOf(reading) }], refusals: [], bytesRead: 0 }
}

/** Takes back the import that it is thrown in, and is then the answer. */
class Meanwhile extends Error {
  readonly answer: Refused
  constructor(answer: Refused) {
    super(answer.refusal.message)
    this.answer = answer
  }
}

/** Brings one reading in and does what belongs to it in the same transaction, or neither. */
const bring = async (
  store: Store,
  reading: Reading & Readonly<{ agreement: AgreementId }>,
  { by, now, also }: Readonly<{ by: Decider; now: Instant; also: (tx: Work) => Promise<void> }>,
): Promise<Refused | undefined> => {
  const file = `${reading.kind} ${reading.id}`
  try {
    const answer = await importReadings(store, {
      rows: asFile(reading),
      file,
      key: file,
      mode: 'all-or-nothing',
      agreement: reading.agreement,
      now,
      by: by.actor,
      also: async (tx) => {
        // One at a time disputes and rules: what is left of a line is known while it is taken.
        await lockName(tx, `disputes ${reading.agreement}`, 'exclusive')
        await also(tx)
      },
    })
    if (answer.kind === 'imported') return undefined
    const why = answer.kind === 'refused' ? answer.record.refusals.flatMap(({ problems }) => problems.map(({ message }) => message)) : []
    return refused('cannot-dispute', why.join(' ') || 'Somebody else did it meanwhile; look again.')
  } catch (error) {
    if (error instanceof Meanwhile) return error.answer
    throw error
  }
}

/** What a dispute would do: nothing is written. On a month that is not final a dispute is to send its draft back, and is refused so. */
const consider = async (tx: Work, request: RaiseRequest): Promise<PreviewAnswer> => {
  const { agreement, month, version, now } = request
  const schedule = (await findSchedule(tx.queries, agreement))!
  const stored = await findStatement(tx.queries, agreement, month)
  if (stored === undefined) {
    const drafts = await countDrafts(tx.queries, agreement, month)
    const instead = drafts === 0 ? 'nobody has prepared it yet' : `send version ${drafts} back, with the line and the reason`
    return refused('not-final', `${month} is not final, so nothing of it is held yet: ${instead}.`)
  }
  if (stored.statement.version !== version)
    return refused('overtaken', `${month} is final as version ${stored.statement.version}, and you read version ${version}.`)
  const { told } = await findLifeOf(tx, schedule, now)
  const contested = contest(stored.statement, request, told, now)
  return 'message' in contested ? refused('cannot-dispute', contested.message) : { kind: 'preview', contested }
}

/** Raises a dispute: the reading that holds the amount out of the net, its record and the audit entry, in one transaction or none. */
const raise = async (store: Store, request: RaiseRequest): Promise<RaiseAnswer> => {
  const { agreement, month, by, now, reason, text, quantity, proposed, input, version } = request
  const party = by.actor.party
  if (by.side === undefined || party === null)
    return refused('no-party', 'A dispute is raised for the operator or the guarantor: sign in as one.')
  const { considered, person } = await inTransaction(store, async (tx) => ({
    considered: await consider(tx, request),
    person: await findPersonBehind(tx, by.actor.id),
  }))
  if (considered.kind === 'refused') return considered
  const { line, amount } = considered.contested
  const id = newId('dsp')
  const row: DisputeRow = {
    id,
    agreement,
    month,
    version,
    line: line.number,
    lineKey: line.key,
    input,
    party,
    reason,
    quantity,
    amount,
    proposed,
    text,
    // What is raised with a key its maker raised: else one person could raise with a key and rule by hand.
    by: { id: person, name: by.actor.name },
    at: now,
  }
  const reading = {
    kind: 'dispute' as const,
    source: disputesSource(agreement),
    id,
    agreement: agreement as AgreementId,
    month,
    line: line.key,
    amount,
    at: now,
    reason,
  }
  const also = async (tx: Work): Promise<void> => {
    await checkAll(tx, request, id)
    await appendDispute(tx.queries, row)
    const detail = { dispute: id, version, line: line.number, amount, reason }
    await appendDeed(tx.queries, { at: now, by: by.actor, action: 'dispute', subject: `${agreement} ${month}`, agreement, detail })
    await tellEvent(tx, { type: 'dispute.raised', agreement, at: now, data: { month, ...detail } })
  }
  const no = await bring(store, reading, { by, now, also })
  return no ?? { kind: 'raised', dispute: { ...row, messages: [], ruling: undefined }, contested: considered.contested }
}

/** Takes the transaction back where this dispute cannot be beside those that others raised meanwhile. */
const checkAll = async (tx: Work, { agreement, month, now }: RaiseRequest, id: string): Promise<void> => {
  const schedule = (await findSchedule(tx.queries, agreement))!
  const { statement } = (await findStatement(tx.queries, agreement, month))!
  const { told } = await findLifeOf(tx, schedule, now)
  // Of those of one second any may come first: so it is not enough that this one stands, none may fall by it.
  const fallen = (disputes: typeof told.disputes) =>
    readDisputes({ ...told, disputes }, [{ month, lines: linesOf(statement) }], statement.currency).refusals.length
  if (fallen(told.disputes) > fallen(told.disputes.filter((each) => each.id !== id)))
    throw new Meanwhile(refused('cannot-dispute', 'Somebody else disputed this line meanwhile, and less of it is left. Look again.'))
}

const linesOf = ({ lines, currency }: Statement) => lines.map((line) => toStated(line, currency))

/** Disputes by the persons who raised them: those of before name the key that they were raised with. */
const asPeople = async (tx: Work, disputes: readonly DisputeRecord[]): Promise<DisputeRecord[]> => {
  const all: DisputeRecord[] = []
  for (const each of disputes) all.push({ ...each, by: { ...each.by, id: await findPersonBehind(tx, each.by.id) } })
  return all
}

export type RuleRequest = MonthName &
  Readonly<{ dispute: string; verdict: DisputeRuling['verdict']; upheld?: string | undefined; text: string; by: Decider; now: Instant }>
export type RuleAnswer = Readonly<{ kind: 'ruled'; dispute: DisputeRecord }> | Refused

/** What of the disputed amount a verdict upholds; a sentence where it cannot be. */
const upheldOf = ({ verdict, upheld }: RuleRequest, { amount }: DisputeRecord, currency: string): string | Refused => {
  if (verdict !== 'partly')
    return upheld === undefined
      ? verdict === 'accepted'
        ? amount
        : '0'
      : refused('cannot-rule', 'What is upheld is said only where it is a part.')
  const [part, whole] = [upheld === undefined ? undefined : parseMoney(upheld, currency), parseMoney(amount, currency)!]
  return part === undefined || part.minor <= 0n || part.minor >= whole.minor
    ? refused('cannot-rule', `A part is above zero and below the ${grouped(amount)} ${currency} in dispute; accept or reject it otherwise.`)
    : upheld!
}

/** The other party ends a dispute: the reading that says how much of it is upheld, its record and the audit entry, in one transaction or none. */
const rule = async (store: Store, request: RuleRequest): Promise<RuleAnswer> => {
  const { agreement, month, by, now, verdict, text } = request
  const party = by.actor.party
  if (by.side === undefined || party === null || !by.isPerson)
    return refused('no-person', 'Ruling wants a person who acts for the operator or the guarantor: sign in as one.')
  const { dispute, currency, person } = await inTransaction(store, async (tx) => ({
    dispute: (await asPeople(tx, await findDisputes(tx.queries, agreement, month, request.dispute)))[0],
    currency: (await findSchedule(tx.queries, agreement))!.currency,
    person: await findPersonBehind(tx, by.actor.id),
  }))
  if (dispute === undefined) return refused('no-dispute', `There is no dispute ${request.dispute} of ${month}.`)
  if (dispute.party === party || dispute.by.id === person)
    return refused('own-work', 'The other party answers a dispute: who raised it does not rule on it.')
  if (dispute.ruling !== undefined) return refused('ruled', `It was ruled on: ${dispute.ruling.verdict}.`)
  const upheld = upheldOf(request, dispute, currency)
  if (typeof upheld !== 'string') return upheld
  const ruling: DisputeRuling = { verdict, upheld, text, party, by: { id: by.actor.id, name: by.actor.name }, at: now }
  const reading = {
    kind: 'ruling' as const,
    source: disputesSource(agreement),
    id: `${dispute.id}/ruling`,
    agreement: agreement as AgreementId,
    dispute: dispute.id,
    upheld,
    at: now,
  }
  const also = async (tx: Work): Promise<void> => {
    const [again] = await findDisputes(tx.queries, agreement, month, dispute.id)
    if (again?.ruling !== undefined) throw new Meanwhile(refused('ruled', `It was ruled on: ${again.ruling.verdict}.`))
    await appendRuling(tx.queries, dispute.id, ruling)
    const detail = { dispute: dispute.id, verdict, upheld }
    await appendDeed(tx.queries, { at: now, by: by.actor, action: 'rule', subject: `${agreement} ${month}`, agreement, detail })
    await tellEvent(tx, { type: 'dispute.ruled', agreement, at: now, data: { month, ...detail } })
  }
  return (await bring(store, reading, { by, now, also })) ?? { kind: 'ruled', dispute: { ...dispute, ruling } }
}

export type SayRequest = MonthName & Readonly<{ dispute: string; text: string; internal: boolean; by: Decider; now: Instant }>
export type SayAnswer = Readonly<{ kind: 'said' }> | Refused

/** Adds to the thread of a dispute: for both parties, or a note for one's own. */
const say = (store: Store, { agreement, month, dispute, text, internal, by, now }: SayRequest): Promise<SayAnswer> =>
  inTransaction<SayAnswer>(store, async (tx) => {
    const party = by.actor.party
    if (by.side === undefined || party === null)
      return refused('no-party', 'The thread is between the operator and the guarantor: sign in as one.')
    await lockName(tx, `dispute ${dispute}`, 'exclusive')
    const [found] = await findDisputes(tx.queries, agreement, month, dispute)
    if (found === undefined) return refused('no-dispute', `There is no dispute ${dispute} of ${month}.`)
    // Counted as this party reads them: what the other side notes for itself holds nobody up.
    const read = found.messages.filter((each) => !each.internal || each.party === party)
    if (read.length >= messagesMax) return refused('too-many', `The thread has ${messagesMax} messages, and takes no more.`)
    await appendMessage(tx.queries, dispute, {
      text,
      internal,
      party,
      by: { id: by.actor.id, name: by.actor.name },
      at: now,
    })
    // The other side reads the log too: what is noted for one's own is not in it, and not counted by it.
    if (!internal) {
      const detail = { dispute, message: found.messages.filter((each) => !each.internal).length + 1 }
      await appendDeed(tx.queries, { at: now, by: by.actor, action: 'answer', subject: `${agreement} ${month}`, agreement, detail })
    }
    return { kind: 'said' }
  })

/** What is read of disputes within a reach, and done about them. */
export const makeDisputes = (store: Store, now: () => Instant) => (reach: Reach) => ({
  listDisputes: async ({ agreement, month }: MonthName): Promise<DisputeRecord[]> => {
    const found = await inReach(store, reach, ({ queries }) => findDisputes(queries, agreement, month))
    // Whose a key is, is asked as who may ask it, and only where one is named.
    return found.some(({ by }) => by.id.startsWith('key_')) ? inTransaction<DisputeRecord[]>(store, (tx) => asPeople(tx, found)) : found
  },
  /** When the latest final statement of the month is due. */
  findDueOn: ({ agreement, month }: MonthName): Promise<string | undefined> =>
    inReach<string | undefined>(
      store,
      reach,
      async ({ queries }) => (await findStatement(queries, agreement, month))?.statement.dueOn ?? undefined,
    ),
  considerDispute: (request: Omit<RaiseRequest, 'now'>): Promise<PreviewAnswer> =>
    inReach<PreviewAnswer>(store, reach, (tx) => consider(tx, { ...request, now: now() })),
  raise: (request: Omit<RaiseRequest, 'now'>): Promise<RaiseAnswer> => raise(store, { ...request, now: now() }),
  rule: (request: Omit<RuleRequest, 'now'>): Promise<RuleAnswer> => rule(store, { ...request, now: now() }),
  say: (request: Omit<SayRequest, 'now'>): Promise<SayAnswer> => say(store, { ...request, now: now() }),
})
