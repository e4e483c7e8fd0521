import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { Work } from './transaction.ts'

export type ProposalEnd = Readonly<{
  act: 'sign' | 'decline' | 'withdraw' | 'load'
  /** Null: whoever owns this database loaded it. */
  party: string | null
  reason: string
  actor: string
  actorName: string
  at: Instant
}>

/** Terms that one party proposes to the other. */
export type Proposal = Readonly<{
  id: string
  agreement: string
  version: number
  guarantor: string
  operator: string
  party: string | null
  document: string
  hash: string
  note: string
  actor: string
  actorName: string
  at: Instant
  /** Undefined while it is open. */
  end: ProposalEnd | undefined
}>

type Row = {
  id: string
  agreement: string
  version: number
  guarantor: string
  operator: string
  party: string | null
  document: string
  hash: string
  note: string
  actor: string
  actor_name: string
  recorded_at: Date
  act: ProposalEnd['act'] | null
  end_party: string | null
  reason: string | null
  end_actor: string | null
  end_actor_name: string | null
  ended_at: Date | null
}

const secondsOf = (at: Date): Instant => Math.floor(at.getTime() / 1000)

const fromRow = (row: Row): Proposal => ({
  id: row.id,
  agreement: row.agreement,
  version: row.version,
  guarantor: row.guarantor,
  operator: row.operator,
  party: row.party,
  document: row.document,
  hash: row.hash,
  note: row.note,
  actor: row.actor,
  actorName: row.actor_name,
  at: secondsOf(row.recorded_at),
  end:
    row.act === null
      ? undefined
      : {
          act: row.act,
          party: row.end_party,
          reason: row.reason ?? '',
          actor: row.end_actor ?? '',
          actorName: row.end_actor_name ?? '',
          at: secondsOf(row.ended_at!),
        },
})

/** Proposals that one list holds at most, the latest. */
export const proposalsMax = 200

const select = `select p.*, e.act, e.party as end_party, e.reason, e.actor as end_actor, e.actor_name as end_actor_name, e.recorded_at as ended_at
  from proposal p left join proposal_end e on e.proposal = p.id`

/** Those within reach, of one agreement or of all; the latest first. */
export const listProposals = async ({ client }: Work, agreement: string | undefined): Promise<Proposal[]> => {
  const { rows } = await client.query<Row>(
    `${select} where $1::text is null or p.agreement = $1 order by p.recorded_at desc, p.id desc limit ${proposalsMax}`,
    [agreement ?? null],
  )
  return rows.map(fromRow)
}

export const findProposal = async ({ client }: Work, id: string): Promise<Proposal | undefined> => {
  const { rows } = await client.query<Row>(`${select} where p.id = $1`, [id])
  return rows[0] && fromRow(rows[0])
}

export const appendProposal = async ({ client }: Work, proposal: Omit<Proposal, 'end'>): Promise<void> => {
  const { id, agreement, version, guarantor, operator, party, document, hash, note, actor, actorName, at } = proposal
  await client.query(
    `insert into proposal (id, agreement, version, guarantor, operator, party, document, hash, note, actor, actor_name, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [id, agreement, version, guarantor, operator, party, document, hash, note, actor, actorName, formatInstant(at)],
  )
}

/** Ends a proposal, once: a second end violates its key. */
export const appendEnd = async (
  { client }: Work,
  proposal: string,
  { act, party, reason, actor, actorName, at }: ProposalEnd,
): Promise<void> => {
  await client.query(
    `insert into proposal_end (proposal, act, party, reason, actor, actor_name, recorded_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [proposal, act, party, reason, actor, actorName, formatInstant(at)],
  )
}
