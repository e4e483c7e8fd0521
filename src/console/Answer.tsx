import { Button } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { onThisClock } from './dates.ts'
import { Failure } from './fetch.ts'
import { useNumberStyle } from './number-style.ts'

const quote = (error: Error | null): ReactNode => {
  const id = error instanceof Failure ? error.problem.requestId : undefined
  return id === undefined ? null : (
    <>
      {' '}
      Quote <code>{id}</code>.
    </>
  )
}

const detailOf = (error: Error | null): string => (error === null ? '' : error.message)

/** A page, or a part of one, that has something other than data to say. */
export const Notice = ({
  title,
  children,
  act,
  kind = 'plain',
}: Readonly<{ title: string; children?: ReactNode; act?: ReactNode; kind?: 'plain' | 'failed' }>) => (
  <section className={`notice notice-${kind}`} role={kind === 'failed' ? 'alert' : undefined}>
    <h1>{title}</h1>
    <p>{children}</p>
    {act === undefined ? null : <p className="acts">{act}</p>}
  </section>
)

const toAgreements = (
  <Button component={Link} to="/agreements">
    All agreements
  </Button>
)

export const NoPage = () => (
  <Notice title="There is no such page" act={toAgreements}>
    The address names nothing here. It may be mistyped.
  </Notice>
)

/** What failed, what is still right, a second try, and the id to quote. */
const Failed = ({ what, query }: Readonly<{ what: string; query: Pick<UseQueryResult, 'error' | 'refetch' | 'isFetching'> }>) => (
  <Notice
    kind="failed"
    title={`${what} could not be read`}
    act={
      <Button onClick={() => void query.refetch()} disabled={query.isFetching}>
        {query.isFetching ? 'Trying …' : 'Try again'}
      </Button>
    }
  >
    {detailOf(query.error)} What is stored is unchanged.{quote(query.error)}
  </Notice>
)

const NotAllowed = ({ what, error }: Readonly<{ what: string; error: Error | null }>) => (
  <Notice title={`${what} is not open to you`} act={toAgreements}>
    {detailOf(error)}
    {quote(error)}
  </Notice>
)

/** The picture of an earlier answer stays, dimmed, when a newer one could not be had. */
const Stale = ({ query }: Readonly<{ query: Pick<UseQueryResult, 'error' | 'refetch' | 'isFetching' | 'dataUpdatedAt'> }>) => (
  <div className="stale" role="alert">
    <span>
      Not refreshed: {detailOf(query.error)} What you see is as of {onThisClock(query.dataUpdatedAt)} on your clock.
      {quote(query.error)}
    </span>
    <Button size="xs" onClick={() => void query.refetch()} disabled={query.isFetching}>
      {query.isFetching ? 'Trying …' : 'Try again'}
    </Button>
  </div>
)

type AnswerProps<T> = Readonly<{
  /** What is asked for, to begin a sentence: `The statement`. */
  what: string
  query: UseQueryResult<T>
  /** Shown after 150 ms without an answer. */
  skeleton: ReactNode
  /** Says what a refusal of the server means here; undefined where the general words do. */
  explain?: (failure: Failure) => ReactNode
  children: (data: T) => ReactNode
}>

/** Data when there is some, however old; else a skeleton, or what stands in the way, in words. */
export const Answer = <T,>({ what, query, skeleton, explain, children }: AnswerProps<T>): ReactNode => {
  const { data, error, isPending } = query
  // What is shown is drawn again when numbers are to be written otherwise, and not made anew: what was typed in it, and the focus, stay.
  useNumberStyle()
  if (data !== undefined)
    return error === null ? (
      children(data)
    ) : (
      <>
        <Stale query={query} />
        <div className="dimmed">{children(data)}</div>
      </>
    )
  if (isPending) return <div className="skeleton-later">{skeleton}</div>
  const failure = error instanceof Failure ? error : undefined
  const special = failure === undefined ? undefined : explain?.(failure)
  if (special !== undefined) return special
  if (failure?.problem.status === 403 || failure?.problem.status === 401) return <NotAllowed what={what} error={error} />
  if (failure?.problem.status === 404 || failure?.problem.status === 400)
    return (
      <Notice title={`${what} was not found`} act={toAgreements}>
        {detailOf(error)}
        {quote(error)}
      </Notice>
    )
  return <Failed what={what} query={query} />
}

type SkeletonProps = Readonly<{ caption: string; heads: readonly string[]; rows: number; kind?: string }>

/** The shape of a table before its numbers are there: heads stay as they are, cells are bars. */
export const TableSkeleton = ({ caption, heads, rows, kind = '' }: SkeletonProps) => (
  <table className={`table ${kind}`} aria-busy="true">
    <caption className="hidden">{caption}, loading</caption>
    <thead>
      <tr>
        {heads.map((head, i) => (
          <th key={head} scope="col" className={i < 2 ? undefined : 'number'}>
            {head}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {Array.from({ length: rows }, (_, row) => (
        <tr key={row}>
          {heads.map((head, i) => (
            <td key={head} className={i < 2 ? undefined : 'number'}>
              <span className="hidden">loading</span>
              <span className="bar" style={{ width: `${i === 1 ? 60 : 45 + ((row * 7 + i * 13) % 30)}%` }} />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
)
