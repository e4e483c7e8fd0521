import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { MembershipWire } from '../wire/access.ts'
import type { NewsWire, TodayWire } from '../wire/today.ts'
import { Answer, TableSkeleton } from './Answer.tsx'
import { dateText, dayText, localTime, monthText } from './dates.ts'
import { postJson } from './fetch.ts'
import { ageText, countText } from './format.ts'
import { useKeys } from './keys.ts'
import { needInWords, newsInWords, newsSummary } from './need-words.ts'
import { NeedRow } from './NeedRow.tsx'
import { useActing, useSession } from './session.ts'
import { today } from './today-queries.ts'
import { TodayTrends } from './TodayTrends.tsx'
import { OpenProposals, useToSign } from './OpenProposals.tsx'
import './today.css'

const heads = ['Do', 'What', 'Amount', 'Due', 'In', '']

const Needs = ({ data, acting, mayPutOff }: Readonly<{ data: TodayWire; acting: MembershipWire | null; mayPutOff: boolean }>) => (
  <section className="panel scroll-x">
    <table className="table needs">
      <caption className="hidden">What needs you, the most pressing first</caption>
      <thead>
        <tr>
          {heads.map((head, i) => (
            <th key={head} scope="col" className={i === 2 || i === 4 ? 'number' : undefined}>
              {head === '' ? <span className="hidden">Act</span> : head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.needs.map((need) => (
          <NeedRow key={need.id} need={need} acting={acting} today={localTime(data.now, 'UTC').date} mayPutOff={mayPutOff} />
        ))}
      </tbody>
    </table>
  </section>
)

const Nothing = ({ next }: Pick<TodayWire, 'next'>) => (
  <section className="panel nothing">
    <p>
      Nothing needs you.
      {next === null ? null : (
        <>
          {' '}
          Next: {monthText(next.month)} ends in {countText(next.days)} {next.days === 1 ? 'day' : 'days'}
          <span className="third"> ({next.title})</span>.
        </>
      )}
    </p>
  </section>
)

const newsPlace = ({ agreement, month }: NewsWire): string =>
  month === null ? `/agreements/${agreement}` : `/agreements/${agreement}/periods/${month}`

/** What was finalised, corrected, disputed and signed since the visit before this one. */
const Since = ({ since }: Readonly<{ since: NonNullable<TodayWire['since']> }>) => (
  <section className="panel since" aria-label="Since you were here">
    <header>
      <h2>Since you were here</h2>
      <span className="third">{ageText(since.secondsAgo)} ago</span>
      <span className="second">
        {since.news.length === 0 ? 'nothing was finalised, corrected, disputed or amended' : newsSummary(since.news)}
      </span>
    </header>
    {since.news.length === 0 ? null : (
      <ul>
        {since.news.map((news) => (
          <li key={`${news.kind} ${news.agreement} ${news.month} ${news.version}`}>
            <Link className="link" to={newsPlace(news)}>
              {newsInWords(news)}
            </Link>
          </li>
        ))}
        {since.more ? <li className="third">and more before these: the page of each agreement has all of its months</li> : null}
      </ul>
    )}
  </section>
)

const PutOffList = ({ data, acting }: Readonly<{ data: TodayWire; acting: MembershipWire | null }>) => (
  <p className="second">
    Put off:{' '}
    {data.snoozed.map(({ need, until }, i) => (
      <span key={need.id}>
        {i === 0 ? '' : '; '}
        {needInWords(need, acting, undefined).what} to {dateText(until)}
      </span>
    ))}
  </p>
)

/** Moves among the acts of the list: what `j` and `k` do. */
const move = (step: 1 | -1): void => {
  const acts = [...document.querySelectorAll<HTMLElement>('.needs .act')]
  const at = acts.indexOf(document.activeElement as HTMLElement)
  acts[at < 0 ? 0 : Math.min(acts.length - 1, Math.max(0, at + step))]?.focus()
}

const count = (needs: number): string => (needs === 1 ? '1 needs you' : `${countText(needs)} need you`)

const Body = ({ data }: Readonly<{ data: TodayWire }>) => {
  const acting = useActing()
  const person = useSession()?.person ?? null
  useKeys({ j: () => move(1), k: () => move(-1) })
  const toSign = useToSign()
  const needs = data.needs.length + data.more + (toSign ?? 0)
  const since = data.since === null ? null : <Since since={data.since} />
  return (
    <>
      <header className="page-head">
        <h1>Today</h1>
        <span className="second">{needs === 0 ? '' : count(needs)}</span>
        <span className="grow" />
        <span className="third">{dayText(localTime(data.now, 'UTC').date)}</span>
      </header>
      {acting?.role === 'auditor' ? since : null}
      <OpenProposals />
      {needs === 0 && toSign !== undefined ? <Nothing next={data.next} /> : null}
      {data.needs.length === 0 ? null : <Needs data={data} acting={acting} mayPutOff={person !== null} />}
      {data.more === 0 ? null : <p className="second">{countText(data.more)} more that press less are not shown.</p>}
      {data.snoozed.length === 0 ? null : <PutOffList data={data} acting={acting} />}
      {acting?.role === 'auditor' ? null : since}
      <TodayTrends trends={data.trends} acting={acting} />
    </>
  )
}

/** What needs me? */
export const TodayPage = () => {
  const query = useQuery(today)
  const person = useSession()?.person?.id
  useEffect(() => void (document.title = 'Today · Offtake'), [])
  // What is shown by now is what there was to see: it is noted after, so that this visit says what is new.
  const isShown = query.data !== undefined
  useEffect(() => {
    if (isShown && person !== undefined) postJson('/api/today/visits', {}, crypto.randomUUID()).catch(() => {})
  }, [isShown, person])
  return (
    <div className="page today">
      <Answer
        what="What needs you"
        query={query}
        skeleton={
          <section className="panel">
            <TableSkeleton caption="What needs you" heads={heads.slice(0, 5)} rows={4} />
          </section>
        }
      >
        {(data) => <Body data={data} />}
      </Answer>
    </div>
  )
}
