/** Breaks of hours, of what an agent tells, and of what it writes and hands on: see `break-rules.ts`. */
const agent = 'src/server/fleet/agent.test.ts'
const tell = 'src/server/fleet/tell.test.ts'

export const schedulerBreaks = [
  {
    law: 'M24 where more is held than works',
    test: 'src/core/meter/hours.test.ts',
    file: 'src/core/meter/hours.ts',
    find: 'minimum(use.spot, subtract(sold, used))',
    put: 'minimum(use.spot, sold)',
  },
  {
    law: 'M24 an hour of a pool is what a count second by second gives',
    test: 'src/core/meter/hours.test.ts',
    file: 'src/core/meter/sales.ts',
    find: 'if (spot) push(log.spot, from, to, gpus)',
    put: 'if (spot && order === undefined) push(log.spot, from, to, gpus)',
  },
  {
    law: 'F61 whoever looks, whenever, however often',
    test: agent,
    file: 'src/server/fleet/segments.ts',
    find: 'if (stop === day.to || stop === to) segments',
    put: 'segments',
  },
  {
    law: 'F61 whoever looks, whenever, however often',
    test: agent,
    file: 'src/server/fleet/agent.ts',
    find: 'if (moment.underWay > 0)',
    put: 'if (moment.underWay > 100)',
  },
  {
    law: 'F61 what is told is what happened, to the second',
    test: agent,
    file: 'src/server/fleet/tell.ts',
    find: 'Math.max(interval.from, from)',
    put: 'interval.from',
  },
  {
    law: 'F63 an end that nobody has said is not guessed',
    test: agent,
    file: 'src/server/fleet/waiting.ts',
    find: 'if (isKnown(run, moment)) return true',
    put: 'if (isKnown(run, moment) || run.end === undefined) return true',
  },
  {
    law: 'F63 an end that nobody has said is not guessed',
    test: agent,
    file: 'src/server/fleet/waiting.ts',
    find: '[...readings, ...gaps.map((gap) => liftingOf(telling, gap))]',
    put: 'readings',
  },
  {
    law: 'F65 whole nodes and single nodes are known',
    test: tell,
    file: 'src/server/fleet/tell.ts',
    find: 'if (places.every((place) => place.pool === pool)) return',
    put: 'return',
  },
  {
    law: 'F66 a run is used under the order of its reservation',
    test: tell,
    file: 'src/server/fleet/tell.ts',
    find: 'return reserved?.order ?? orderForm.exec(run.comment)?.[1]',
    put: 'return orderForm.exec(run.comment)?.[1] ?? reserved?.order',
  },
  {
    law: 'F69 readings are handed on again under the same name',
    test: 'src/server/fleet/http-outlet.test.ts',
    file: 'src/server/fleet/http-outlet.ts',
    find: 'tried.afterSeconds ?? Math.min',
    put: 'Math.min',
  },
  {
    law: 'F72 admitted intervals, quotas and outages of Kueue',
    test: 'src/server/fleet/kueue.test.ts',
    file: 'src/server/fleet/kueue.ts',
    find: 'if (missing <= 0 ||',
    put: 'if (missing <= 1_000_000 ||',
  },
] as const
