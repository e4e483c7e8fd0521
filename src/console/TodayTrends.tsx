import { useNavigate, useSearch } from '@tanstack/react-router'
import type { MembershipWire } from '../wire/access.ts'
import type { TrendWire } from '../wire/today.ts'
import { isTable, withTable } from './address.ts'
import { useKeys } from './keys.ts'
import { Sparkline, TrendTable } from './Sparkline.tsx'

const names: Readonly<Record<'guarantor' | 'operator' | 'others', Readonly<Record<TrendWire['id'], string>>>> = {
  guarantor: { 'guarantor-pays': 'Calls and other payments made', 'operator-pays': 'Share received', net: 'Net' },
  operator: { 'guarantor-pays': 'Backstop received', 'operator-pays': 'Share paid', net: 'Net' },
  others: { 'guarantor-pays': 'Guarantor pays', 'operator-pays': 'Operator pays', net: 'Net' },
}

/** Who pays the net; undefined where nothing is owed. */
const payerOf = (net: string): string | undefined => (!/[1-9]/.test(net) ? undefined : net.startsWith('-') ? 'operator' : 'guarantor')

/** The same in words behind an amount: a sign is no direction. */
const sideOf = (id: TrendWire['id']) => (amount: string) => {
  const payer = id === 'net' ? payerOf(amount) : undefined
  return payer === undefined ? '' : `, ${payer} pays`
}

/** Three sums of the role through the last year, as small pictures or as a table. */
export const TodayTrends = ({ trends, acting }: Readonly<{ trends: readonly TrendWire[]; acting: MembershipWire | null }>) => {
  const { table }: Readonly<{ table?: string }> = useSearch({ strict: false })
  const navigate = useNavigate()
  const shown = isTable(table, 'months')
  const show = (asTable: boolean) => void navigate({ to: '/', search: { table: withTable(table, 'months', asTable) }, replace: true })
  useKeys({ x: () => show(!shown) })
  if (trends.length === 0) return null
  const words = names[acting?.role === 'guarantor' || acting?.role === 'operator' ? acting.role : 'others']
  return (
    <section className="panel trends" aria-label="Months">
      <header>
        <h2>Months</h2>
        <span className="third">all agreements in {trends[0]!.currency}, each in the months of its zone</span>
        <span className="grow" />
        <span className="choice" role="group" aria-label="Months as">
          <button type="button" aria-pressed={!shown} onClick={() => show(false)}>
            Chart
          </button>
          <button type="button" aria-pressed={shown} onClick={() => show(true)}>
            Table
          </button>
        </span>
      </header>
      {shown ? (
        <TrendTable trends={trends} titles={trends.map(({ id }) => words[id])} payerOf={payerOf} />
      ) : (
        <div className="sparks">
          {trends.map((trend) => (
            <Sparkline key={trend.id} trend={trend} title={words[trend.id]} side={sideOf(trend.id)} />
          ))}
        </div>
      )}
    </section>
  )
}
