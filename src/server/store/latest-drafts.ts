import type { Month } from '../../core/base/time.ts'
import { stageOf, type Side, type Stage } from '../../core/statements/closing.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Doer } from './drafts.ts'
import type { Work } from './transaction.ts'

/** The latest draft of a month that is not final. */
export type LatestDraft = Readonly<{
  agreement: string
  month: Month
  version: number
  net: string
  totals: Statement['totals']
  stage: Exclude<Stage, 'open'>
  /** Who brought it so far: prepared it, approved it, sent it back. Who approved last, where it could not be closed. */
  by: Doer
}>

type Row = Readonly<{
  agreement: string
  month: Month
  version: number
  hash: string
  net: string
  totals: Statement['totals']
  actor: string
  name: string
  approvals: readonly (Doer & Readonly<{ side: Side }>)[]
  returned: Doer | null
  overtaken: boolean
}>

const toLatest = (row: Row): LatestDraft => {
  const { agreement, month, version, hash, net, totals, actor, name, approvals, returned, overtaken } = row
  const state = { version, hash, net, preparedBy: actor, approvals: approvals.map(({ side, id }) => ({ side, by: id })) }
  const stage = stageOf({ ...state, isReturned: returned !== null, isOvertaken: overtaken }) as LatestDraft['stage']
  const { id, name: named } = returned ?? approvals.at(-1) ?? { id: actor, name }
  return { agreement, month, version, net, totals, stage, by: { id, name: named } }
}

/** The latest draft of every month of these agreements that has one and is not final since, in order of time. */
export const findLatestDrafts = async ({ client }: Work, agreements: readonly string[]): Promise<LatestDraft[]> => {
  const { rows } = await client.query<Row>(
    `with latest as (select distinct on (agreement, month) agreement, month, version, hash, net, totals, actor, actor_name from statement_draft
                      where agreement = any ($1) order by agreement, month, version desc)
     select d.agreement, d.month, d.version, d.hash, d.net, d.totals, d.actor, d.actor_name as name,
            coalesce((select json_agg(json_build_object('side', a.side, 'id', a.actor, 'name', a.actor_name) order by a.side desc)
                        from statement_approval a where (a.agreement, a.month, a.version) = (d.agreement, d.month, d.version)), '[]') as approvals,
            (select json_build_object('id', r.actor, 'name', r.actor_name)
               from statement_return r where (r.agreement, r.month, r.version) = (d.agreement, d.month, d.version)) as returned,
            exists (select from statement_overtaken t where (t.agreement, t.month, t.version) = (d.agreement, d.month, d.version)) as overtaken
       from latest d
      where not exists (select from statement s where s.agreement = d.agreement and s.month = d.month and s.version > d.version)
      order by d.month, d.agreement`,
    [agreements],
  )
  return rows.map(toLatest)
}
