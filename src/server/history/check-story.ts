import { below } from '../../core/terms/conform.ts'
import type { Problem } from '../../core/base/problem.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { nearest } from '../../core/terms/nearest.ts'
import type { Story, When } from './story.ts'

type Report = (pointer: string, message: string) => void

const known = (report: Report, pointer: string, word: string, name: string, names: readonly string[]): void => {
  if (names.includes(name)) return
  const similar = nearest(name, names)
  const right = similar === undefined ? `there is ${names.length === 0 ? 'none' : names.join(', ')}` : `did you mean ${similar}?`
  report(pointer, `is ${name}, which is no ${word} of the agreement: ${right}`)
}

const inOrder = (report: Report, pointer: string, dates: readonly string[], key: string): void => {
  for (const [i, date] of dates.entries())
    if (i > 0 && date <= dates[i - 1]!)
      report(below(below(pointer, i), key), `is ${date}: should be later than ${dates[i - 1]}, the one before`)
}

const forward = (report: Report, pointer: string, { from, through }: Readonly<{ from?: string; through?: string }>): void => {
  if (from !== undefined && through !== undefined && through < from)
    report(below(pointer, 'through'), `is ${through}: should not be before ${from}, the first date`)
}

/** Once (`at`), one interval (`from` and `through`), or again and again (`every`). */
const checkWhen = (report: Report, pointer: string, when: When): void => {
  const { at, every, from, through } = when
  if (at !== undefined && (every ?? from ?? through) !== undefined)
    report(below(pointer, 'at'), 'is once: leave out `every`, `from` and `through`, or `at`')
  if (at === undefined && every === undefined && (from === undefined || through === undefined))
    report(pointer, 'says not when: should have `at`, or `from` and `through`, or `every`')
  forward(report, pointer, when)
}

const checkSales = (report: Report, story: Story, schedule: Schedule): void => {
  for (const key of ['sold', 'reservedPrices', 'onDemandPrices'] as const)
    inOrder(
      report,
      `/${key}`,
      (story[key] ?? []).map(({ from }) => from),
      'from',
    )
  const pools = schedule.pools.map(({ id }): string => id)
  const named = new Set<string>()
  for (const [i, { order, pool, gpus }] of (story.orders ?? []).entries()) {
    const at = below('/orders', i)
    inOrder(
      report,
      below(at, 'gpus'),
      gpus.map(({ from }) => from),
      'from',
    )
    if (named.has(order)) report(below(at, 'order'), `is ${order}, which is listed before: name it once`)
    named.add(order)
    if (pool !== undefined) known(report, below(at, 'pool'), 'pool', pool, pools)
    else if (pools.length !== 1 && ![...schedule.orders.keys()].some((each) => each === order))
      report(at, `\`pool\` is missing: should be one of ${pools.join(', ') || 'none, for the agreement has no block'}`)
  }
  for (const [i, outage] of (story.outages ?? []).entries()) {
    known(
      report,
      below(below('/outages', i), 'block'),
      'block',
      outage.block,
      schedule.blocks.map(({ id }): string => id),
    )
    forward(report, below('/outages', i), outage)
  }
  for (const [i, { block, tranche }] of (story.acceptances ?? []).entries()) {
    const at = below('/acceptances', i)
    known(
      report,
      below(at, 'block'),
      'block',
      block,
      schedule.blocks.map(({ id }): string => id),
    )
    const of = schedule.blocks.find(({ id }) => id === block)
    if (of !== undefined)
      known(
        report,
        below(at, 'tranche'),
        `tranche of block ${block}`,
        tranche,
        of.tranches.map(({ id }): string => id),
      )
  }
  for (const [i, { month, arrives }] of (story.late ?? []).entries())
    if (arrives <= month)
      report(below(below('/late', i), 'arrives'), `is ${arrives}: should be later than ${month}, whose readings they are`)
}

const checkTold = (report: Report, story: Story, { clauses }: Schedule): void => {
  const ids = [...new Set(clauses.map(({ id }): string => id))]
  const ofClause = <T>(clause: string, of: (each: Schedule['clauses'][number]) => readonly T[]): T[] =>
    clauses.filter(({ id }) => id === clause).flatMap(of)
  const check = (
    list: 'figures' | 'events' | 'conditions',
    i: number,
    word: string,
    clause: string,
    name: string,
    names: readonly string[],
  ): void => {
    const at = below(`/${list}`, i)
    known(report, below(at, 'clause'), 'clause', clause, ids)
    if (ids.includes(clause)) known(report, below(at, word), `${word} of clause ${clause}`, name, [...new Set(names)])
  }
  for (const [i, each] of (story.figures ?? []).entries()) {
    check(
      'figures',
      i,
      'figure',
      each.clause,
      each.figure,
      ofClause(each.clause, ({ figures }) => figures),
    )
    checkWhen(report, below('/figures', i), each)
  }
  for (const [i, each] of (story.events ?? []).entries()) {
    check(
      'events',
      i,
      'event',
      each.clause,
      each.event,
      ofClause(each.clause, ({ events }) => events),
    )
    checkWhen(report, below('/events', i), each)
  }
  for (const [i, each] of (story.indices ?? []).entries()) {
    known(
      report,
      below(below('/indices', i), 'index'),
      'index',
      each.index,
      clauses.flatMap(({ indices }) => indices),
    )
    checkWhen(report, below('/indices', i), each)
  }
  for (const [i, each] of (story.conditions ?? []).entries()) {
    check(
      'conditions',
      i,
      'condition',
      each.clause,
      each.condition,
      ofClause(each.clause, ({ conditions }) => conditions.map(({ id }): string => id)),
    )
    forward(report, below('/conditions', i), each)
  }
}

const checkCourse = (report: Report, { payments = [], disputes = [], rulings = [], amendments = [] }: Story): void => {
  for (const [i, each] of payments.entries()) forward(report, below('/payments', i), each)
  const names = disputes.map(({ id }) => id)
  for (const [i, { dispute }] of rulings.entries()) known(report, below(below('/rulings', i), 'dispute'), 'dispute', dispute, names)
  for (const [i, id] of names.entries())
    if (names.indexOf(id) < i) report(below(below('/disputes', i), 'id'), `is ${id}, which is listed before: name it once`)
  for (const [i, { at, effective, document }] of amendments.entries()) {
    const place = below(below('/amendments', i), 'effective')
    if (effective !== undefined && document !== undefined) report(place, 'goes with `changes`: a document says itself from when it counts')
    else if (effective !== undefined && effective < at)
      report(place, `is ${effective}: should not be before ${at}, when the clock loads it`)
  }
  inOrder(
    report,
    '/amendments',
    amendments.map(({ at }) => at),
    'at',
  )
}

/** Everything in a story that does not fit its agreement: names it does not have, dates out of order. Pointers are into the story. */
export const checkStory = (story: Story, schedule: Schedule): Problem[] => {
  const problems: Problem[] = []
  const report: Report = (pointer, message) => void problems.push({ pointer, message })
  if (story.agreement !== schedule.agreement)
    report('/agreement', `is ${story.agreement}: should be ${schedule.agreement}, whose story this is to be`)
  checkSales(report, story, schedule)
  checkTold(report, story, schedule)
  checkCourse(report, story)
  return problems
}
