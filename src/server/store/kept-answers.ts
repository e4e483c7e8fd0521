import type { Work } from './transaction.ts'

/** A request that is to be done once: whose it is, under which key, and SHA-256 of what it asks for. */
export type KeyedRequest = Readonly<{ sender: string; key: string; content: Buffer; holder: string }>

/** What was answered; `body` is null where it was too large to keep. */
export type KeptAnswer = Readonly<{ status: number; contentType: string | null; body: string | null }>

/** Whether a request may be worked on now, or what became of the one before it under its key. */
export type Claimed =
  | Readonly<{ kind: 'ours' }>
  | Readonly<{ kind: 'other content' }>
  | Readonly<{ kind: 'running' }>
  | Readonly<{ kind: 'answered'; answer: KeptAnswer }>

/** How long an answer is kept, and how long a holder that says nothing more keeps others out: PostgreSQL's clock measures both, for all processes. */
export const answerKeptSeconds = 86_400
export const leaseSeconds = 30
/** What one claim clears away of answers that are too old. */
const clearedMax = 100

type Row = Readonly<{ content: Buffer; status: number | null; content_type: string | null; body: string | null }>

/**
 * Takes a key for a holder. A key is free where nobody has it, where its answer has grown too old, or where its holder has let the lease pass: then
 * whoever held it is dead, or has lost it.
 */
export const claimKey = async ({ client }: Work, { sender, key, content, holder }: KeyedRequest): Promise<Claimed> => {
  await client.query(
    `delete from request_answer where (sender, key) in (select sender, key from request_answer
       where begun_at < now() - make_interval(secs => $1) and leased_until < now() order by begun_at limit $2 for update skip locked)`,
    [answerKeptSeconds, clearedMax],
  )
  const { rowCount } = await client.query(
    `insert into request_answer as kept (sender, key, content, holder, leased_until)
     values ($1, $2, $3, $4, now() + make_interval(secs => $5))
     on conflict (sender, key) do update set content = excluded.content, holder = excluded.holder, leased_until = excluded.leased_until,
       status = null, content_type = null, body = null, begun_at = now()
     where kept.leased_until < now() and (kept.status is null or kept.begun_at < now() - make_interval(secs => $6))`,
    [sender, key, content, holder, leaseSeconds, answerKeptSeconds],
  )
  if (rowCount === 1) return { kind: 'ours' }
  const { rows } = await client.query<Row>(
    'select content, status, content_type, body from request_answer where sender = $1 and key = $2',
    [sender, key],
  )
  const [row] = rows
  // It was let go between the two questions: whoever sends it again gets it.
  if (row === undefined) return { kind: 'running' }
  if (!row.content.equals(content)) return { kind: 'other content' }
  if (row.status === null) return { kind: 'running' }
  return { kind: 'answered', answer: { status: row.status, contentType: row.content_type, body: row.body } }
}

/** Holds the key for another lease; false where somebody else has it by now. */
export const renewKey = async ({ client }: Work, { sender, key, holder }: KeyedRequest): Promise<boolean> => {
  const { rowCount } = await client.query(
    `update request_answer set leased_until = now() + make_interval(secs => $4)
      where sender = $1 and key = $2 and holder = $3 and status is null`,
    [sender, key, holder, leaseSeconds],
  )
  return rowCount === 1
}

/** Keeps what was answered, unless somebody else has the key by now. */
export const keepAnswer = async ({ client }: Work, { sender, key, holder }: KeyedRequest, answer: KeptAnswer): Promise<void> => {
  await client.query(
    `update request_answer set status = $4, content_type = $5, body = $6, leased_until = now()
      where sender = $1 and key = $2 and holder = $3 and status is null`,
    [sender, key, holder, answer.status, answer.contentType, answer.body],
  )
}

/** Gives a key back whose request came to nothing: it may be tried again at once. */
export const releaseKey = async ({ client }: Work, { sender, key, holder }: KeyedRequest): Promise<void> => {
  await client.query('delete from request_answer where sender = $1 and key = $2 and holder = $3 and status is null', [sender, key, holder])
}
