import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { useState } from 'react'
import type { FeedWire } from '../wire/feed.ts'
import type { BatchDetailWire, BatchesWire, BatchWire } from '../wire/ingest.ts'
import { Absent } from './Absent.tsx'
import { Answer, TableSkeleton } from './Answer.tsx'
import { instantText } from './dates.ts'
import { getJson, pathWith } from './fetch.ts'
import { ageText, countText } from './format.ts'
import { feeds } from './today-queries.ts'

const batches = infiniteQueryOptions({
  queryKey: ['batches'],
  queryFn: ({ signal, pageParam }) => getJson<BatchesWire>(pathWith('/api/ingest/batches', { cursor: pageParam }), signal),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
})
const batch = (id: string) =>
  queryOptions({ queryKey: ['batch', id], queryFn: ({ signal }) => getJson<BatchDetailWire>(`/api/ingest/batches/${id}`, signal) })

/** Refusals of one import that are listed here; the API has them all. */
const refusalsShown = 50

const Row = ({ feed, now }: Readonly<{ feed: FeedWire; now: string }>) => (
  <tr>
    <th scope="row">{feed.source}</th>
    <td>{feed.kinds.join(', ')}</td>
    <td className="number">{countText(feed.readings)}</td>
    <td>{instantText(feed.lastRecorded, 'UTC')}</td>
    <td className="number">{feed.lastRecorded > now ? <span className="third">ahead of this clock</span> : ageText(feed.ageSeconds)}</td>
    <td className="number">{feed.limitSeconds === null ? <Absent kind="not-applicable" /> : ageText(feed.limitSeconds)}</td>
    <td>
      {feed.limitSeconds === null ? (
        <span className="third">no rhythm</span>
      ) : feed.late ? (
        <span className="pill attention">late</span>
      ) : (
        <span className="pill done">in time</span>
      )}
    </td>
  </tr>
)

const heads = ['Source', 'Tells of', 'Readings, 35 days', 'Last recorded', 'Age', 'May be silent', '']

const Sources = () => {
  const query = useQuery(feeds)
  return (
    <section className="panel scroll-x" aria-label="Sources">
      <Answer what="The list of sources" query={query} skeleton={<TableSkeleton caption="Sources" heads={heads.slice(0, 6)} rows={3} />}>
        {(data) =>
          data.feeds.length === 0 ? (
            <p className="inside">
              No reading on record has effect in the 35 days before {instantText(data.now, 'UTC')}, where the clock of this server stands.
            </p>
          ) : (
            <table className="table">
              <caption>
                <h2>Sources</h2> <span className="third">late after three of its usual silences, and 15 minutes at least</span>
              </caption>
              <thead>
                <tr>
                  {heads.map((head, i) => (
                    <th key={head} scope="col" className={[2, 4, 5].includes(i) ? 'number' : undefined}>
                      {head === '' ? <span className="hidden">State</span> : head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {data.feeds.map((feed) => (
                  <Row key={feed.source} feed={feed} now={data.now} />
                ))}
              </tbody>
            </table>
          )
        }
      </Answer>
    </section>
  )
}

const Refusals = ({ id, file }: Readonly<{ id: string; file: string }>) => {
  const query = useQuery(batch(id))
  return (
    <Answer what="What was refused" query={query} skeleton={<p className="third">Reading …</p>}>
      {({ refusals }) => (
        <ul className="refusals">
          {refusals.slice(0, refusalsShown).map(({ line, problems }) => (
            <li key={line}>
              <code>
                {file}:{line}
              </code>{' '}
              {problems.map(({ pointer, message }) => `${pointer === '' ? '' : `${pointer} `}${message}`).join('; ')}
            </li>
          ))}
          {refusals.length > refusalsShown ? (
            <li className="third">
              and {countText(refusals.length - refusalsShown)} more: <code>/api/ingest/batches/{id}</code>
            </li>
          ) : null}
        </ul>
      )}
    </Answer>
  )
}

const Import = ({ row }: Readonly<{ row: BatchWire }>) => {
  const [open, setOpen] = useState(false)
  return (
    <>
      <tr>
        <th scope="row">{row.file}</th>
        <td>{instantText(row.recordedAt, 'UTC')}</td>
        <td className="number">{countText(row.accepted)}</td>
        <td className="number">{countText(row.repeats)}</td>
        <td className="number">{countText(row.late)}</td>
        <td className="number">
          {row.refused === 0 ? (
            countText(0)
          ) : (
            <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
              {countText(row.refused)}
            </button>
          )}
        </td>
      </tr>
      {open ? (
        <tr>
          <td colSpan={6}>
            <Refusals id={row.batch} file={row.file} />
          </td>
        </tr>
      ) : null}
    </>
  )
}

const Imports = () => {
  const query = useInfiniteQuery(batches)
  const rows = query.data?.pages.flatMap((page) => page.batches)
  if (query.error !== null && rows === undefined) return <p className="inside">Imports could not be read: {query.error.message}</p>
  return (
    <section className="panel scroll-x" aria-label="Imports">
      <table className="table" aria-busy={rows === undefined}>
        <caption>
          <h2>Imports</h2> <span className="third">the latest first; a refused line is named by file and line</span>
        </caption>
        <thead>
          <tr>
            {['File', 'Recorded', 'Kept', 'Repeats', 'Late', 'Refused'].map((head, i) => (
              <th key={head} scope="col" className={i > 1 ? 'number' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(rows ?? []).map((row) => (
            <Import key={row.batch} row={row} />
          ))}
        </tbody>
      </table>
      {rows?.length === 0 ? <p className="inside">Nothing was imported in your party’s name yet.</p> : null}
      {query.hasNextPage ? (
        <p className="inside">
          <button type="button" className="link" onClick={() => void query.fetchNextPage()}>
            More imports
          </button>
        </p>
      ) : null}
    </section>
  )
}

/** Who tells of what, how long ago, and what of it was refused; and how to try. */
export const FeedSettings = () => (
  <>
    <Sources />
    <Imports />
    <section className="panel" aria-label="Try a feed">
      <p className="inside">
        <b>Try it.</b> A line that is sent and refused says what would be right, and keeps nothing else from coming in:
        <br />
        <code>
          curl -s {location.origin}/api/ingest/readings?agreement=AGREEMENT -H &quot;Authorization: Bearer KEY&quot; -H &quot;Content-Type:
          application/x-ndjson&quot; -H &quot;Idempotency-Key: try-1&quot; --data-binary @readings.ndjson
        </code>
      </p>
    </section>
  </>
)
