import type { Month } from '../../core/base/time.ts'
import type { Work } from './transaction.ts'

type Late = { month: Month; readings: number }

/**
 * The readings of a batch that came after their month was final, by agreement and month. What speaks of another reading is its agreement's; what is
 * everybody's, such as a rate of exchange, is named under none.
 */
export const findLateByAgreement = async ({ client }: Work, batch: bigint): Promise<Map<string, Late[]>> => {
  const { rows } = await client.query<{ agreement: string; month: Month; readings: bigint }>(
    `with late as (
       select r.late_month, coalesce(r.agreement, c.agreement) as agreement, coalesce(r.pool, c.pool) as pool, coalesce(r.block, c.block) as block
         from reading r left join reading c on c.source = r.source and c.id = coalesce(r.body ->> 'reduces', r.replaces)
        where r.batch = $1 and r.late_month is not null
     )
     select coalesce(late.agreement, p.agreement, b.agreement) as agreement, late.late_month as month, count(*) as readings
       from late left join pool p on p.pool = late.pool left join block b on b.block = late.block
      where coalesce(late.agreement, p.agreement, b.agreement) is not null group by 1, 2 order by 1, 2`,
    [batch],
  )
  const found = new Map<string, Late[]>()
  for (const { agreement, month, readings } of rows)
    found.set(agreement, [...(found.get(agreement) ?? []), { month, readings: Number(readings) }])
  return found
}
