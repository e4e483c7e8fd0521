import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReconciliationWire } from '../wire/factory.ts'
import { dateText } from './dates.ts'
import { reconciliation, type FactoryName } from './factory-queries.ts'
import { gpuHours } from './format.ts'

type Row = ReconciliationWire['rows'][number]

const subjects: Readonly<Record<string, string>> = {
  allocations: 'Jobs',
  reservations: 'Reservations',
  health: 'Out of service',
  'sold-but-down': 'Sold, and down',
}

/** `power-syd says 432 more than slurm-syd`. */
const saysOf = ({ source, counted, more, less, where }: Row): string => {
  if (source === null) return `sold by the scheduler, out of service by the health: ${where}`
  const than = counted.length === 0 ? 'what counts' : counted.join(', ')
  const parts = [more > 0 ? 'more' : '', less > 0 ? 'less' : ''].filter((part) => part !== '')
  return `${source} says ${parts.join(' and ')} than ${than}`
}

/** Where sources say different things of the same GPUs: each is sized, and none is settled by being listed. */
export const Reconciliation = ({ name, zone }: Readonly<{ name: FactoryName; zone: string }>) => {
  const query = useInfiniteQuery(reconciliation(name))
  const { data, error, isPending } = query
  const rows = data?.pages.flatMap((page) => page.rows) ?? []
  const total = data?.pages[0]?.total ?? 0
  return (
    <section aria-label="Differences between sources">
      <header>
        <h2>Differences between sources</h2>
        <span className="third">GPU-h</span>
      </header>
      {error !== null && data === undefined ? (
        <p className="second">They could not be worked out: {error.message}</p>
      ) : isPending ? (
        <p className="third skeleton-later">Working them out …</p>
      ) : rows.length === 0 ? (
        <p className="second">No source says anything else than the one whose word counts.</p>
      ) : (
        <table className="side-table">
          <caption className="hidden">What sources say differently, in GPU-hours, by local day of {zone}</caption>
          <thead className="hidden">
            <tr>
              <th scope="col">What</th>
              <th scope="col">GPU-hours</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.subject} ${row.where} ${row.source} ${row.date}`}>
                <th scope="row">
                  {subjects[row.subject] ?? row.subject}
                  {row.date === null ? '' : `, ${dateText(row.date)}`}
                  <span className="third">{saysOf(row)}</span>
                </th>
                <td className="number">{gpuHours(String(row.more + row.less))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {query.hasNextPage ? (
        <button type="button" className="quiet" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {rows.length} of {total}: show more
        </button>
      ) : null}
    </section>
  )
}
