import type { Month } from '../../core/base/time.ts'
import type { Work } from './transaction.ts'

/** What was found about the claim of a month and nobody has confirmed or restored; `asked` of them wait for the operator's answer. */
export type OpenFindings = Readonly<{ agreement: string; month: Month; findings: number; asked: number; minor: bigint; currency: string }>

/** Claims of one answer, at most: the latest months. */
const claimsMax = 200

/** Of the latest run over each month: findings that take something off the claim, without a decision but a question. */
export const listOpenFindings = async ({ client }: Work): Promise<OpenFindings[]> => {
  const { rows } = await client.query<{
    agreement: string
    month: Month
    findings: number
    asked: number
    minor: string
    currency: string
  }>(
    `with run as (select distinct on (agreement, month) agreement, month, run from claim_run order by agreement, month, entry desc),
          word as (select distinct on (agreement, month, finding) agreement, month, finding, decision
                     from claim_decision order by agreement, month, finding, number desc)
     select r.agreement, r.month, count(*)::float8 as findings, (count(*) filter (where w.decision = 'ask'))::float8 as asked,
            coalesce(sum(f.minor), 0)::text as minor, min(f.currency) as currency
       from run r join claim_finding f on f.run = r.run and f.verdict <> 'beside'
       left join word w on w.agreement = r.agreement and w.month = r.month and w.finding = f.finding
      where w.decision is null or w.decision = 'ask'
      group by r.agreement, r.month order by r.month desc, r.agreement limit ${claimsMax}`,
  )
  return rows.map(({ minor, ...row }) => ({ ...row, minor: BigInt(minor) }))
}

/** What was paid of a month by whom, as readings say it. Major units. */
export type Paid = Readonly<{ agreement: string; month: Month; payer: string; amount: string }>

/** Payments of an agreement by month and payer, none that another reading took the place of. */
export const listPaid = async ({ client }: Work): Promise<Paid[]> => {
  const { rows } = await client.query<Paid>(
    `select r.agreement, r.body ->> 'month' as month, r.body ->> 'payer' as payer, sum((r.body ->> 'amount')::numeric)::text as amount
       from reading r where r.kind = 'payment'
        and not exists (select from reading n where n.source = r.source and n.replaces = r.id)
      group by 1, 2, 3 order by 1, 2, 3`,
  )
  return rows
}

/** When months came to what: what each side pays by the latest statement of each month, in order of month. Major units. */
export type MonthTotals = Readonly<{ agreement: string; month: Month; currency: string; guarantorPays: string; operatorPays: string }>

/** Totals of months from `from` on. */
export const listTotals = async ({ client }: Work, from: Month): Promise<MonthTotals[]> => {
  const { rows } = await client.query<MonthTotals>(
    `select distinct on (s.agreement, s.month) s.agreement, s.month, v.currency,
            s.head -> 'totals' ->> 'guarantorPays' as "guarantorPays", s.head -> 'totals' ->> 'operatorPays' as "operatorPays"
       from statement s join agreement_version v on v.agreement = s.agreement and v.version = 1
      where s.month >= $1 order by s.agreement, s.month, s.version desc`,
    [from],
  )
  return rows
}

/** Jobs of the queue that failed for good, by the error they ended with; none where no queue was made in this database. */
export const listFailedJobs = async ({ client }: Work): Promise<{ task: string; error: string }[]> => {
  await client.query('set local role none')
  const { rows: there } = await client.query<{ jobs: string | null }>(`select to_regclass('graphile_worker.jobs')::text as jobs`)
  if (there[0]?.jobs == null) return []
  const { rows } = await client.query<{ task: string; error: string }>(
    `select task_identifier as task, last_error as error from graphile_worker.jobs where last_error is not null order by id desc limit 20`,
  )
  return rows
}
