import { formatInstant, type Instant, type Month } from '../../core/base/time.ts'
import type { Queries, RecordedAt } from './database.ts'

type By = { actor: string; actor_name: string; recorded_at: RecordedAt }

export type DisputeTables = {
  dispute: By & {
    dispute: string
    agreement: string
    month: string
    version: number
    line: number
    line_key: string
    input: string | null
    party: string
    reason: string
    quantity: string | null
    amount: string
    proposed: string | null
    text: string
  }
  dispute_message: By & { dispute: string; number: number; party: string; internal: boolean; text: string }
  dispute_ruling: By & { dispute: string; party: string; verdict: Verdict; upheld: string; text: string }
}

export type Verdict = 'accepted' | 'partly' | 'rejected'
/** Who wrote it, for which party, and when. */
export type Written = Readonly<{ by: Readonly<{ id: string; name: string }>; party: string; at: Instant }>
/** `number` is its place among those that whoever asks reads. */
export type DisputeMessage = Written & Readonly<{ number: number; internal: boolean; text: string }>
export type DisputeRuling = Written & Readonly<{ verdict: Verdict; upheld: string; text: string }>
export type DisputeRow = Written &
  Readonly<{
    /** The id of its reading too. */
    id: string
    agreement: string
    month: Month
    version: number
    line: number
    lineKey: string
    input: string | undefined
    reason: string
    quantity: string | undefined
    /** Of the line, without sign. */
    amount: string
    proposed: string | undefined
    text: string
  }>
export type DisputeRecord = DisputeRow & Readonly<{ messages: readonly DisputeMessage[]; ruling: DisputeRuling | undefined }>

/** Messages of one dispute that one party reads, and disputes of one month, at most. */
export const messagesMax = 500
export const disputesMax = 200

const writtenOf = (row: { actor: string; actor_name: string; party: string; recorded_at: Date }): Written => ({
  by: { id: row.actor, name: row.actor_name },
  party: row.party,
  at: Math.floor(row.recorded_at.getTime() / 1000),
})
const toWritten = ({ by, party, at }: Written) => ({ actor: by.id, actor_name: by.name, party, recorded_at: formatInstant(at) })

/** The disputes of a month as these queries see them, the first raised first; or one of them. */
export const findDisputes = async (queries: Queries, agreement: string, month: Month, id?: string): Promise<DisputeRecord[]> => {
  let asked = queries.selectFrom('dispute').selectAll().where('agreement', '=', agreement).where('month', '=', month)
  if (id !== undefined) asked = asked.where('dispute', '=', id)
  const rows = await asked.orderBy('recorded_at').orderBy('dispute').limit(disputesMax).execute()
  if (rows.length === 0) return []
  const ids = rows.map(({ dispute }) => dispute)
  const messages = await queries.selectFrom('dispute_message').selectAll().where('dispute', 'in', ids).orderBy('number').execute()
  const rulings = await queries.selectFrom('dispute_ruling').selectAll().where('dispute', 'in', ids).execute()
  return rows.map((row): DisputeRecord => {
    const ruling = rulings.find(({ dispute }) => dispute === row.dispute)
    return {
      ...writtenOf(row),
      id: row.dispute,
      agreement,
      month,
      version: row.version,
      line: row.line,
      lineKey: row.line_key,
      input: row.input ?? undefined,
      reason: row.reason,
      quantity: row.quantity ?? undefined,
      amount: row.amount,
      proposed: row.proposed ?? undefined,
      text: row.text,
      messages: messages
        .filter(({ dispute }) => dispute === row.dispute)
        .map((each, i) => ({ ...writtenOf(each), number: i + 1, internal: each.internal, text: each.text })),
      ruling: ruling && { ...writtenOf(ruling), verdict: ruling.verdict, upheld: ruling.upheld, text: ruling.text },
    }
  })
}

export const appendDispute = async (queries: Queries, row: DisputeRow): Promise<void> => {
  const { id, agreement, month, version, line, lineKey, input, reason, quantity, amount, proposed, text } = row
  await queries
    .insertInto('dispute')
    .values({
      ...toWritten(row),
      dispute: id,
      agreement,
      month,
      version,
      line,
      line_key: lineKey,
      input: input ?? null,
      reason,
      quantity: quantity ?? null,
      amount,
      proposed: proposed ?? null,
      text,
    })
    .execute()
}

/** The next number of a dispute's messages, own notes of both sides counted: asked as who sees all, and told to nobody, who would count the notes. */
export const appendMessage = async (queries: Queries, dispute: string, message: Omit<DisputeMessage, 'number'>): Promise<void> => {
  const row = await queries
    .selectFrom('dispute_message')
    .select((q) => q.fn.max('number').as('last'))
    .where('dispute', '=', dispute)
    .executeTakeFirst()
  const number = (row?.last ?? 0) + 1
  const { internal, text } = message
  await queries
    .insertInto('dispute_message')
    .values({ ...toWritten(message), dispute, number, internal, text })
    .execute()
}

export const appendRuling = async (queries: Queries, dispute: string, ruling: DisputeRuling): Promise<void> => {
  const { verdict, upheld, text } = ruling
  await queries
    .insertInto('dispute_ruling')
    .values({ ...toWritten(ruling), dispute, verdict, upheld, text })
    .execute()
}
