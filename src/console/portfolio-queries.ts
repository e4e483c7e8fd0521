import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { FacilitiesWire, FacilityPageWire } from '../wire/lender.ts'
import type { LinesWire, PortfolioWire } from '../wire/portfolio.ts'
import type { InstrumentPageWire, RegisterWire } from '../wire/register.ts'
import { getJson, pathWith } from './fetch.ts'
import { keepOf } from './keep-of.ts'

/** At the end of which month, and as known when. */
export type AsOf = Readonly<{ on?: string | undefined; known?: string | undefined; guarantor?: string | undefined }>

export const portfolio = ({ on, known, guarantor }: AsOf) =>
  queryOptions({
    queryKey: ['portfolio', on, known, guarantor],
    queryFn: ({ signal }) => getJson<PortfolioWire>(pathWith('/api/portfolio', { on, known, guarantor }), signal),
    placeholderData: keepPreviousData,
  })

/** Which lines: those of an agreement or of all, of a month or of all. `of: clause` is every line of one instrument. */
export type LinesName = AsOf &
  Readonly<{
    of: 'paid' | 'share' | 'clause'
    agreement?: string | undefined
    clause?: string | undefined
    currency?: string | undefined
    from?: string | undefined
    through?: string | undefined
  }>

const linesAt = ({ of, agreement = '', clause = '' }: LinesName): string =>
  of === 'clause' ? `/api/register/${encodeURIComponent(agreement)}/${encodeURIComponent(clause)}/lines` : '/api/portfolio/lines'

/** How many lines one press brings. */
const linesPerPage = 60

export const movedLines = (name: LinesName) =>
  infiniteQueryOptions({
    queryKey: ['moved-lines', name],
    queryFn: ({ signal, pageParam }) => {
      const { of, on, known, guarantor, agreement, currency, from, through } = name
      const own = of === 'clause' ? {} : { of, guarantor, agreement, currency }
      const query = { ...own, on, known, from, through, cursor: pageParam, limit: linesPerPage }
      return getJson<LinesWire>(pathWith(linesAt(name), query), signal)
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

export const register = ({
  on,
  known,
  agreement,
  since,
}: AsOf & Readonly<{ agreement?: string | undefined; since?: string | undefined }>) =>
  queryOptions({
    queryKey: ['register', on, known, agreement, since],
    queryFn: ({ signal }) => getJson<RegisterWire>(pathWith('/api/register', { on, known, agreement, since }), signal),
    placeholderData: keepPreviousData,
  })

export const instrument = (agreement: string, clause: string, { on, known }: AsOf) =>
  queryOptions<InstrumentPageWire>({
    queryKey: ['instrument', agreement, clause, on, known],
    queryFn: ({ signal }) =>
      getJson<InstrumentPageWire>(
        pathWith(`/api/register/${encodeURIComponent(agreement)}/${encodeURIComponent(clause)}`, { on, known }),
        signal,
      ),
    placeholderData: (shown) => keepOf(shown, (page) => page.row.agreement === agreement && page.row.clause === clause),
  })

/** Facilities come and go with agreements: seldom. */
const facilitiesFreshMs = 300_000

export const facilities = queryOptions({
  queryKey: ['facilities'],
  queryFn: ({ signal }) => getJson<FacilitiesWire>('/api/facilities', signal),
  staleTime: facilitiesFreshMs,
})

export const facility = (agreement: string, clause: string, { on, known }: AsOf) =>
  queryOptions<FacilityPageWire>({
    queryKey: ['facility', agreement, clause, on, known],
    queryFn: ({ signal }) =>
      getJson<FacilityPageWire>(
        pathWith(`/api/facilities/${encodeURIComponent(agreement)}/${encodeURIComponent(clause)}`, { on, known }),
        signal,
      ),
    placeholderData: (shown) => keepOf(shown, (page) => page.facility.agreement === agreement && page.facility.clause === clause),
  })
