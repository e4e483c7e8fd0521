const room = 'src/server/telemetry'
const store = `${room}/telemetry.test.ts`
const reading = `${room}/read.test.ts`

/** What is broken in the telemetry store: see `break-rules.ts`. Its laws run on chDB. */
export const telemetryBreaks = [
  {
    law: 'TM4 of two values with one time the larger counts',
    test: store,
    file: `${room}/fold-sql.ts`,
    find: 'max(value) AS value',
    put: 'min(value) AS value',
  },
  {
    law: 'TM5 TM4 hourly rows are those of a plain walk',
    test: store,
    file: `${room}/fold-sql.ts`,
    find: 'least(afterMs, atMs + ${hold})',
    put: 'least(afterMs, atMs + 2 * ${hold})',
  },
  {
    law: 'TM5 TM4 hourly rows are those of a plain walk',
    test: store,
    file: `${room}/fold-sql.ts`,
    find: '} - ${seconds(profiled)},',
    put: '},',
  },
  {
    law: 'TM5 only hours that were touched are folded again',
    test: store,
    file: `${room}/encode.ts`,
    find: '.add(Math.floor((atMs + holdMs) / hourMs) * hourMs)',
    put: '',
  },
  {
    law: 'TM5 only hours that were touched are folded again',
    test: store,
    file: `${room}/fold.ts`,
    find: '  marksRead()\n',
    put: '',
  },
  {
    law: 'TM6 by hand',
    test: store,
    file: `${room}/fold-sql.ts`,
    find: ' AND value != before',
    put: '',
  },
  {
    law: 'TM6 by hand',
    test: store,
    file: `${room}/fold-sql.ts`,
    find: 'if(value >= before, value - before, value)',
    put: 'greatest(value - before, 0)',
  },
  {
    law: 'TM1 what is no sample is refused',
    test: store,
    file: `${room}/sample.ts`,
    find: "(metric !== 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION' &&",
    put: '(true &&',
  },
  {
    law: 'TM11 who brings more than may wait',
    test: store,
    file: `${room}/write.ts`,
    find: 'samples > 0 && samples + encoded.accepted > waitingSamplesMax',
    put: 'samples > 2 * waitingSamplesMax',
  },
  {
    law: 'TM7 killed at 20 random instants',
    test: `${room}/durability.test.ts`,
    file: `${room}/write.ts`,
    find: '      await engine.insert({',
    put: '      void engine.insert({',
  },
  {
    law: 'TM9 nodeMonths gives the newest row',
    test: reading,
    file: `${room}/node-months.ts`,
    find: 'telemetry_hourly FINAL WHERE ${where} GROUP BY node, gpu',
    put: 'telemetry_hourly WHERE ${where} GROUP BY node, gpu',
  },
  {
    law: 'TM9 nodeMonths gives the newest row',
    test: reading,
    file: `${room}/node-months.ts`,
    find: 'min(key) = max(key) AS even',
    put: 'toUInt8(1) AS even',
  },
  {
    law: 'TM3 versions go forward',
    test: `${room}/schema.test.ts`,
    file: `${room}/migrate.ts`,
    find: 'if (versionText(known) !== ddl)',
    put: 'if (ddl === undefined)',
  },
  {
    law: 'TM12 raw samples go by whole days',
    test: `${room}/schema.test.ts`,
    file: `${room}/fold.ts`,
    find: 'if (each.hour < wanted.wholeFrom) expired += 1',
    put: 'if (each.hour < 0) expired += 1',
  },
]
