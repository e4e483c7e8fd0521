import type { Month } from '../../core/base/time.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Work } from './transaction.ts'

/** A draft that the operator approved and the guarantor has not. */
export type AwaitingDraft = Readonly<{
  agreement: string
  month: Month
  version: number
  net: string
  totals: Statement['totals']
  /** Who approved it for the operator. */
  approvedBy: string
}>

/** Drafts of these agreements that wait for their guarantor: the latest of its month, neither sent back nor overtaken, of a month that is not final since. */
export const findAwaitingDrafts = async ({ client }: Work, agreements: readonly string[]): Promise<AwaitingDraft[]> => {
  const { rows } = await client.query<AwaitingDraft>(
    `with latest as (select distinct on (agreement, month) agreement, month, version, net, totals, recorded_at from statement_draft
                      where agreement = any ($1) order by agreement, month, version desc)
     select d.agreement, d.month, d.version, d.net, d.totals, o.actor_name as "approvedBy" from latest d
       join statement_approval o on (o.agreement, o.month, o.version, o.side) = (d.agreement, d.month, d.version, 'operator')
      where not exists (select from statement_approval g where (g.agreement, g.month, g.version, g.side) = (d.agreement, d.month, d.version, 'guarantor'))
        and not exists (select from statement_return r where (r.agreement, r.month, r.version) = (d.agreement, d.month, d.version))
        and not exists (select from statement_overtaken t where (t.agreement, t.month, t.version) = (d.agreement, d.month, d.version))
        and not exists (select from statement s where s.agreement = d.agreement and s.month = d.month and s.version > d.version)
      order by d.month, d.agreement`,
    [agreements],
  )
  return rows
}
