import type { ClauseId } from '../base/id.ts'
import type { Rational } from '../base/rational.ts'
import { addDays, dateOf } from '../base/time.ts'
import { blocksIn, capValue, countsIn, gpuHours, grouped, listed, major, percent, stepsIn, tiersIn } from './phrase.ts'
import type { ContractYears, ResolvedBackstop, ResolvedBlock, ResolvedClause, ResolvedShare, Schedule } from './schedule.ts'

/** One term in words. */
export type TermSentence = Readonly<{
  /** Undefined for what is said of the whole agreement. */
  clause: ClauseId | undefined
  /** The version whose document says it, and where. */
  version: number
  pointer: string
  text: string
  /** Whether its source, or one below it, is no public one. */
  assumed: boolean
  /** What the source says, where there is one. */
  note?: string
}>

type Said = readonly (readonly [pointer: string, text: string])[]

const every = { month: 'each month', quarter: 'each quarter', year: 'each year' } as const
const measures = {
  instant: 'at every instant',
  hour: 'over each hour of the local day',
  day: 'over each local day',
  period: 'over the whole period',
} as const
const scopes = { period: 'in each period', 'contract-year': 'in each contract year', aggregate: 'in all' } as const
const attributions = {
  specific: 'each order fills the blocks it names, in its own order',
  'supported-first': 'supported blocks are filled first, in this order',
  'pro-rata': 'blocks are filled in proportion to their room',
} as const

type Covered = Readonly<{ block: string; years: ContractYears }>

/** One sentence, or one for each group of blocks whose contract years make it differ. Blocks that share their years share their words. */
const perBlock = <T extends Covered>(
  covers: readonly T[],
  pointer: string,
  begin: (which: string) => string,
  say: (cover: T) => string,
): Said => {
  const byYears = [...Map.groupBy(covers, ({ years }) => years).values()]
  const groups = [...Map.groupBy(byYears, ([first]) => say(first!))].map(([text, members]) => ({ text, members: members.flat() }))
  return groups.map(({ text, members }) => {
    const which = groups.length === 1 ? '' : ` for ${blocksIn(members.map(({ block }) => block))}`
    return [pointer, `${begin(which)} ${text}.`]
  })
}

const party = ({ guarantor, operator }: Schedule, id: string): string => (guarantor.id === id ? guarantor.name : operator.name)
const datesOf = ({ from, to }: ResolvedClause, { zone }: Schedule): string =>
  `from ${dateOf(from, zone)} through ${addDays(dateOf(to, zone), -1)}`

const sayShare = (clause: ResolvedShare, schedule: Schedule): Said => {
  const { zone, currency } = schedule
  const at = clause.origin.pointer
  const money = (amount: Rational) => `${major(amount, currency)} ${currency}`
  const blocks = blocksIn(clause.covers.map(({ block }) => block))
  const tiered = clause.covers.some(({ rate }) => rate.some(({ value }) => value.length > 1))
  return [
    [
      at,
      `${party(schedule, clause.payer)} pays ${party(schedule, clause.payee)} a share of its eligible net revenue on ${blocks}, settled ${every[clause.period]}, ${datesOf(clause, schedule)}.`,
    ],
    ...(clause.base === undefined
      ? []
      : [[`${at}/base`, `It pays ${money(clause.base)} ${every[clause.period]}, whatever the revenue.`] as const]),
    ...perBlock(
      clause.covers,
      `${at}/rate`,
      (which) => `The share${which} is`,
      ({ rate, years }) => stepsIn(rate, { ...clause, zone, years }, (tiers) => tiersIn(tiers, percent, money)),
    ),
    ...(tiered
      ? [[`${at}/reset`, `Tiers count the revenue ${clause.reset === 'year' ? 'of each contract year' : 'since the start'}.`] as const]
      : []),
    ...(clause.affiliateReference === undefined
      ? []
      : [
          [
            `${at}/affiliateReference`,
            `A sale to an affiliate counts at no less than ${money(clause.affiliateReference)} per GPU-hour.`,
          ] as const,
        ]),
  ]
}

const sayQuantity = (clause: ResolvedBackstop, { zone }: Schedule): Said => {
  const at = clause.origin.pointer
  const [first] = clause.covers
  return [
    [`${at}/measure`, `Unsold capacity is measured ${measures[clause.measure]}.`],
    [`${at}/offset`, `Sales above what is committed ${clause.offset ? 'reduce what is paid in the same stretch' : 'reduce nothing'}.`],
    ...(clause.covers.every(({ committed }) => committed === undefined)
      ? [[`${at}/committed`, 'All accepted capacity is committed.'] as const]
      : perBlock(
          clause.covers,
          `${at}/committed`,
          (which) => `Committed GPUs of each block${which}, as far as accepted:`,
          ({ committed, years }) => (committed === undefined ? 'all' : countsIn(committed, { ...clause, zone, years })),
        )),
    ...perBlock(
      clause.covers,
      `${at}/retention`,
      (which) => `Of what is committed the operator bears${which}`,
      ({ retention, years }) => stepsIn(retention, { ...clause, zone, years }, percent),
    ),
    ...(first?.limit === undefined
      ? []
      : perBlock(
          clause.covers,
          `${at}/limit`,
          (which) => `Most GPUs paid for, of each block${which}${clause.pooled ? ', summed over the blocks' : ''}:`,
          ({ limit, years }) => (limit === undefined ? 'all' : countsIn(limit, { ...clause, zone, years })),
        )),
    ...(clause.pooled ? [[`${at}/pool`, 'The blocks net each other.'] as const] : []),
  ]
}

const sayBackstop = (clause: ResolvedBackstop, schedule: Schedule): Said => {
  const { zone, currency } = schedule
  const at = clause.origin.pointer
  const { years } = clause.covers[0]!
  const { recoupment } = clause
  const blocks = blocksIn(clause.covers.map(({ block }) => block))
  return [
    [
      at,
      `${party(schedule, clause.payer)} pays ${party(schedule, clause.payee)} for unsold capacity of ${blocks}, settled ${every[clause.period]}, ${datesOf(clause, schedule)}.`,
    ],
    ...perBlock(
      clause.covers,
      `${at}/price`,
      (which) => `The price${which}, in ${currency} per GPU-hour, is`,
      (cover) =>
        stepsIn(cover.price, { ...clause, zone, years: cover.years }, (tiers) =>
          tiersIn(
            tiers,
            (value) => major(value, currency),
            (above) => `${gpuHours(above)} GPU-hours paid`,
          ),
        ),
    ),
    ...sayQuantity(clause, schedule),
    ...clause.caps.map((cap, i): [string, string] => [
      `${at}/caps/${i}`,
      `At most this is paid ${scopes[cap.per]}: ${stepsIn(cap.value, { ...clause, zone, years }, (value) => capValue(value, cap, currency))}.`,
    ]),
    ...clause.conditions.map(({ id, text, presumed }, i): [string, string] => [
      `${at}/conditions/${i}`,
      `Condition ${id}: ${text.trim()} While no fact says so it counts as ${presumed}.`,
    ]),
    ...(recoupment === undefined
      ? []
      : [
          [
            `${at}/recoupment`,
            `Payments are repaid out of ${percent(recoupment.share)} of the revenue above ${major(recoupment.threshold, currency)} ${currency} a period; the balance bears ${percent(recoupment.accrual)} a year, simple, act/${recoupment.yearDays}.`,
          ] as const,
        ]),
    [
      `${at}/callRight`,
      `${schedule.guarantor.name} ${clause.callRight ? 'may' : 'may not'} call unsold capacity for its own use or resale.`,
    ],
  ]
}

const sayBlock = (block: ResolvedBlock, index: number, { commencement }: Schedule): Said => {
  const at = `/blocks/${index}`
  const gpus = block.tranches.reduce((total, tranche) => total + tranche.gpus, 0)
  const ramp = listed(block.tranches.map((tranche) => `${grouped(String(tranche.gpus))} due ${tranche.due}`))
  const { maintenance } = block
  return [
    [
      at,
      `Block ${block.id}: ${grouped(String(gpus))} ${block.sku} at ${block.factory}, ${block.region}${block.supported ? '' : ', not supported'}; ${ramp}.`,
    ],
    ...(block.commencement === commencement
      ? []
      : [[`${at}/commencement`, `Contract years of ${block.id} begin on ${block.commencement}.`] as const]),
    ...(maintenance === undefined
      ? []
      : [
          [
            `${at}/maintenance`,
            `Planned maintenance of ${block.id}: up to ${gpuHours(maintenance.gpuSecondsPerContractYear)} GPU-hours per contract year, announced ${maintenance.noticeSeconds / 86_400} days before.`,
          ] as const,
        ]),
  ]
}

const sayAgreement = (schedule: Schedule): Said => {
  const { guarantor, operator, zone, due } = schedule
  const days = due.days === undefined ? `${due.businessDays} business days` : `${due.days} days`
  return [
    ['/parties', `${guarantor.name} is the guarantor, ${operator.name} the operator.`],
    [
      '/term',
      `The agreement runs from ${dateOf(schedule.from, zone)} through ${addDays(dateOf(schedule.to, zone), -1)}, in local dates of ${zone}; contract years begin on ${schedule.commencement}.`,
    ],
    ...schedule.blocks.flatMap((block, index) => sayBlock(block, index, schedule)),
    ...schedule.pools.flatMap(({ id, attribution, blocks }, index): Said =>
      blocks.length < 2 ? [] : [[`/pools/${index}`, `Sales of pool ${id}: ${attributions[attribution]}: ${blocksIn(blocks)}.`]],
    ),
    [
      '/settlement',
      `A statement falls due ${days} after it is final; amounts both ways are ${schedule.netting ? 'netted' : 'paid each in full'}.`,
    ],
  ]
}

/** The nearest source at or above a pointer, and whether one below it is an assumption. */
const sourceOf = ({ sources }: Schedule, version: number, pointer: string): { assumed: boolean; note?: string } => {
  const own = sources.filter((source) => source.version === version)
  const above = own.filter(({ at }) => at === pointer || pointer.startsWith(`${at}/`)).toSorted((a, b) => b.at.length - a.at.length)
  const under = own.find(({ at, status }) => at.startsWith(`${pointer}/`) && status === 'assumption')
  const source = above[0]?.status === 'assumption' ? above[0] : (under ?? above[0])
  return source === undefined ? { assumed: false } : { assumed: source.status === 'assumption', note: source.note }
}

/** The terms as plain sentences, in the order of the document: of the agreement, then of each slice of each clause. */
export const sentences = (schedule: Schedule): TermSentence[] => {
  const latest = schedule.versions.at(-1)!.version
  const tell = (said: Said, clause: ClauseId | undefined, version: number): TermSentence[] =>
    said.map(([pointer, text]) => ({ clause, version, pointer, text, ...sourceOf(schedule, version, pointer) }))
  return [
    ...tell(sayAgreement(schedule), undefined, latest),
    ...schedule.clauses.flatMap((clause) => {
      const said = clause.kind === 'revenue-share' ? sayShare(clause, schedule) : sayBackstop(clause, schedule)
      return tell(said, clause.id, clause.origin.version)
    }),
  ]
}
