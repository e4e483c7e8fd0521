import { isIndexed, sayIndexed } from './indexed.ts'
import { blocksIn, capValue, countsIn, gpuHours, major, percent, stepsIn, tiersIn } from './phrase.ts'
import type { Said } from './kind.ts'
import { datesOf, every, party, perBlock } from './say.ts'
import type { ResolvedBackstop, Schedule } from './schedule.ts'

const measures = {
  instant: 'at every instant',
  hour: 'over each hour of the local day',
  day: 'over each local day',
  period: 'over the whole period',
} as const
const scopes = { period: 'in each period', 'contract-year': 'in each contract year', aggregate: 'in all' } as const
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

/** A backstop in words. */
export const sayBackstop = (clause: ResolvedBackstop, schedule: Schedule): Said => {
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
        isIndexed(cover.price)
          ? sayIndexed(cover.price, currency)
          : stepsIn(cover.price, { ...clause, zone, years: cover.years }, (tiers) =>
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
