import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { addDays, dateOf, daysBetween, formatInstant } from '../../core/base/time.ts'
import { covenantsIn } from '../../core/credit/cover.ts'
import {
  needsMax,
  SnoozedShape,
  snoozeDaysMax,
  SnoozeShape,
  TodayShape,
  VisitedShape,
  type NewsWire,
  type TodayWire,
} from '../../wire/today.ts'
import type { Permission } from '../../wire/access.ts'
import type { TodaySource } from '../app/today.ts'
import { newsMax, type News } from '../store/visits.ts'
import { agreementsMax, problems } from './agreement-routes.ts'
import { covenantNeeds } from './covenant-needs.ts'
import { feedReachOf, type FeedSource } from './feed-routes.ts'
import { feedNeeds, jobNeeds, needsOf, nextEnd, orderNeeds, orderOfNeeds, type AgreementNow, type Need } from './needs.ts'
import { principalOf, reachOf, type Principal, type SourceOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'
import type { ApiSource } from './source.ts'
import { trendsOf } from './trends.ts'
import type { OrderSource } from '../app/orders.ts'

export type TodaySources = Readonly<{
  source: SourceOf<ApiSource>
  today: TodaySource
  feeds: FeedSource
  orders: SourceOf<OrderSource>
}>

/** What one may see of what needs somebody: as everywhere else. */
const neededFor: Readonly<Record<Need['wire']['kind'], Permission>> = {
  payment: 'statements:read',
  dispute: 'statements:read',
  month: 'statements:read',
  findings: 'claims:read',
  answer: 'claims:read',
  cap: 'agreements:read',
  covenant: 'register:read',
  feed: 'feeds:read',
  order: 'orders:read',
  job: 'people:manage',
}

const agreementsOf = async ({ source, today }: TodaySources, request: FastifyRequest): Promise<AgreementNow[]> => {
  const reader = source(request)
  const ids = (await reader.listAgreements()).slice(0, agreementsMax)
  const facts = await today.within(reachOf(request)).facts(ids)
  const all: Omit<AgreementNow, 'stood'>[] = []
  for (const id of ids) {
    const record = await reader.findAgreement(id)
    if (record === undefined) continue
    all.push({ schedule: record.schedule, statements: await reader.listStatements(id), ...facts, now: reader.now() })
  }
  const tested = all.filter(({ schedule }) => covenantsIn(schedule).length > 0).map(({ schedule }) => schedule.agreement)
  const stood = tested.length === 0 ? undefined : await today.within(reachOf(request)).stood(tested)
  return all.map((each) => ({ ...each, stood: stood?.get(each.schedule.agreement) ?? [] }))
}

/** What needs somebody in all that is seen by a request, in order. */
const findNeeds = async (sources: TodaySources, request: FastifyRequest, agreements: readonly AgreementNow[]): Promise<Need[]> => {
  const principal = principalOf(request)
  const { may, role } = principal
  const feeds = may.includes('feeds:read') ? await sources.feeds(feedReachOf(request)).listFeeds() : []
  const jobs = may.includes('people:manage') ? await sources.today.failedJobs() : []
  const ending = role === 'tenant' ? await sources.orders(request).listEnding() : []
  return [
    ...agreements.flatMap(needsOf),
    ...agreements.flatMap(covenantNeeds),
    ...feedNeeds(feeds),
    ...jobNeeds(jobs),
    ...orderNeeds(ending),
  ]
    .filter(({ wire: { kind } }) => may.includes(neededFor[kind]))
    .toSorted(orderOfNeeds)
}

/** Somebody in particular: what is kept is kept for them. */
const personOf = ({ kind, id }: Principal): string | undefined => (kind === 'local' ? undefined : id)

const toNews =
  (agreements: readonly AgreementNow[]) =>
  (news: News): NewsWire[] => {
    const schedule = agreements.find(({ schedule: { agreement } }) => agreement === news.agreement)?.schedule
    if (schedule === undefined) return []
    const { kind, agreement, month, version, amount } = news
    return [
      {
        kind,
        agreement,
        title: schedule.title,
        month: month ?? null,
        version: version ?? null,
        amount: amount ?? null,
        currency: schedule.currency,
      },
    ]
  }

const sinceOf = async (
  sources: TodaySources,
  request: FastifyRequest,
  agreements: readonly AgreementNow[],
): Promise<TodayWire['since']> => {
  const person = personOf(principalOf(request))
  const visit = person === undefined ? undefined : await sources.today.findVisit(person)
  if (visit === undefined) return null
  const news = await sources.today.within(reachOf(request)).news(visit)
  return { secondsAgo: visit.secondsAgo, news: news.slice(0, newsMax).flatMap(toNews(agreements)), more: news.length > newsMax }
}

const read = (api: FastifyInstance, sources: TodaySources): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/today',
    {
      config: { needs: 'somebody' },
      schema: {
        operationId: 'readToday',
        summary: 'What needs whoever asks, the most pressing first; what is new since they were here; how months went',
        response: { 200: TodayShape, ...problems },
      },
    },
    async (request) => {
      const principal = principalOf(request)
      const agreements = await agreementsOf(sources, request)
      const all = await findNeeds(sources, request, agreements)
      const person = personOf(principal)
      const until = person === undefined ? new Map<string, string>() : await sources.today.findSnoozes(person)
      const now = sources.today.now()
      const today = dateOf(now, 'UTC')
      const isOff = ({ wire: { id } }: Need) => (until.get(id) ?? '') > today
      const open = all.filter((need) => !isOff(need))
      const { totals } = await sources.today.within(reachOf(request)).facts([])
      return {
        now: formatInstant(now),
        needs: open.slice(0, needsMax).map(({ wire }) => wire),
        more: Math.max(0, open.length - needsMax),
        snoozed: all.filter(isOff).map(({ wire }) => ({ need: wire, until: until.get(wire.id)! })),
        since: await sinceOf(sources, request, agreements),
        trends: principal.may.includes('statements:read') ? trendsOf(totals) : [],
        next: nextEnd(agreements),
      }
    },
  )
}

const needsPerson = new Refusal({
  kind: 'nobody-in-particular',
  status: 403,
  title: 'Nobody in particular',
  detail: 'What is put off is put off for a person. This server has no login, so nobody in particular is here.',
})

const snooze = (api: FastifyInstance, sources: TodaySources): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/today/snoozes',
    {
      config: { needs: 'somebody' },
      schema: {
        operationId: 'snooze',
        summary: 'Puts something that needs the caller off to a date, for them alone; today or earlier shows it again',
        body: SnoozeShape,
        response: { 201: SnoozedShape, ...problems },
      },
    },
    async (request, reply) => {
      const person = personOf(principalOf(request))
      if (person === undefined) throw needsPerson
      const { need, until } = request.body
      const days = daysBetween(dateOf(sources.today.now(), 'UTC'), until)
      if (days > snoozeDaysMax)
        throw new Refusal({
          kind: 'invalid-request',
          status: 400,
          title: 'The request is not right',
          detail: `/body/until: is ${days} days away; something can be put off to ${addDays(dateOf(sources.today.now(), 'UTC'), snoozeDaysMax)} at most`,
          errors: [{ pointer: '/body/until', detail: `at most ${snoozeDaysMax} days from now` }],
        })
      const all = await findNeeds(sources, request, await agreementsOf(sources, request))
      if (!all.some(({ wire }) => wire.id === need)) throw notFound(`Nothing by the name ${need} needs you; /api/today lists what does.`)
      await sources.today.snooze({ person, need, until })
      return reply.code(201).send({ need, until })
    },
  )
}

const visit = (api: FastifyInstance, { today }: TodaySources): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/today/visits',
    {
      config: { needs: 'somebody' },
      schema: {
        operationId: 'visit',
        summary: 'Notes that the caller has seen what there is; within an hour it is the same visit',
        response: { 200: VisitedShape, ...problems },
      },
    },
    async (request) => {
      const person = personOf(principalOf(request))
      return { noted: person !== undefined && (await today.noteVisit(person)) }
    },
  )
}

export const todayRoutes = async (api: FastifyInstance, sources: TodaySources): Promise<void> => {
  read(api, sources)
  snooze(api, sources)
  visit(api, sources)
}
