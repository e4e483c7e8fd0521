import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ReadingWire } from '../wire/reading.ts'
import type { SeriesWire } from '../wire/statement.ts'
import { Failure } from './fetch.ts'
import { dayStarts, instantText, isoOf, shortDay } from './dates.ts'
import { countText } from './format.ts'
import { readings } from './queries.ts'

type Props = Readonly<{
  agreement: string
  subjects: readonly string[]
  kinds: readonly string[]
  series: SeriesWire
  zone: string
  month: string
  day: string | undefined
  onDay: (day: string) => void
}>

const spanText = ({ from, to }: ReadingWire, zone: string): string => {
  if (from === null || to === null) return 'no time of its own'
  return from === to ? instantText(from, zone) : `${instantText(from, zone)} to ${instantText(to, zone)}`
}

/** What became of a reading after it was recorded, where something did. */
const fate = ({ lateFor, replacedBy, replaces }: ReadingWire, month: string): string =>
  [
    lateFor !== null && lateFor <= month ? `came too late for ${lateFor}: not in this statement` : '',
    replacedBy === null ? '' : `replaced by ${replacedBy}`,
    replaces === null ? '' : `replaces ${replaces}`,
  ]
    .filter((text) => text !== '')
    .join('; ')

const Reading = ({ reading, zone, month }: Readonly<{ reading: ReadingWire; zone: string; month: string }>) => {
  const what = [
    reading.gpus === null ? '' : `${countText(reading.gpus)} GPUs`,
    reading.order ?? '',
    reading.tenant ?? '',
    reading.unit ?? '',
  ]
  const after = fate(reading, month)
  return (
    <tr className={reading.replacedBy === null ? undefined : 'replaced'}>
      <th scope="row" title={reading.detail ?? undefined}>
        <code>{reading.id}</code>
        <span className="third">
          {reading.source}, {reading.kind}
        </span>
      </th>
      <td>
        {spanText(reading, zone)}
        <span className="third">
          {what.filter((text) => text !== '').join(', ') || reading.subject}
          {after === '' ? null : <em> {after}</em>}
        </span>
        <span className="third">recorded {instantText(reading.recordedAt, zone)}</span>
      </td>
    </tr>
  )
}

const Unread = ({ error, retry }: Readonly<{ error: Error; retry: () => void }>) => {
  const id = error instanceof Failure ? error.problem.requestId : undefined
  return (
    <p className="third" role="alert">
      {error.message}{' '}
      {id === undefined ? null : (
        <>
          Quote <code>{id}</code>.{' '}
        </>
      )}
      <button type="button" className="link" onClick={retry}>
        Try again
      </button>
    </p>
  )
}

/** The readings a fact rests on: by day, because a month may have millions, and a page at a time. */
export const ReadingsList = ({ agreement, subjects, kinds, series, zone, month, day, onDay }: Props) => {
  const { edges } = series
  const days = useMemo(() => dayStarts(edges, zone), [edges, zone])
  const at =
    day === 'all'
      ? -1
      : Math.max(
          0,
          days.findIndex(({ date }) => date === day),
        )
  const [from, to] = at < 0 ? [edges[0]!, edges.at(-1)!] : [days[at]!.at, days[at + 1]?.at ?? edges.at(-1)!]
  const query = useInfiniteQuery(
    readings({ agreement, subject: subjects.join(','), kind: kinds.join(','), from: isoOf(from), to: isoOf(to) }),
  )
  const rows = query.data?.pages.flatMap((page) => page.readings) ?? []
  return (
    <section className="readings" id="readings" tabIndex={-1} aria-label="Readings">
      <header>
        <h2>Readings</h2>
        <select aria-label="Day" value={at < 0 ? 'all' : days[at]!.date} onChange={(event) => onDay(event.target.value)}>
          <option value="all">the whole month</option>
          {days.map(({ date }) => (
            <option key={date} value={date}>
              with effect on {shortDay(date)}
            </option>
          ))}
        </select>
      </header>
      {query.error === null ? null : <Unread error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 ? <p className="third">No {kinds.join(', ')} reading has effect then.</p> : null}
      {rows.length === 0 ? null : (
        <table className="table" aria-busy={query.isFetching}>
          <caption className="hidden">Readings, source, effective and recorded time</caption>
          <tbody className={query.isPlaceholderData ? 'dimmed' : undefined}>
            {rows.map((reading) => (
              <Reading key={`${reading.source} ${reading.id}`} reading={reading} zone={zone} month={month} />
            ))}
          </tbody>
        </table>
      )}
      {query.hasNextPage ? (
        <Button size="xs" onClick={() => void query.fetchNextPage()} disabled={query.isFetching}>
          {query.isFetchingNextPage ? 'Reading …' : 'More readings'}
        </Button>
      ) : null}
    </section>
  )
}
