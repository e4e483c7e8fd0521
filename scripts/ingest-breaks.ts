const fleet = 'src/server/fleet'

/** What is broken in the ways in over HTTP: see `break-rules.ts`. */
export const ingestBreaks = [
  {
    law: 'F40 a block that is cut off',
    test: `${fleet}/snappy.test.ts`,
    file: `${fleet}/snappy.ts`,
    find: 'return to === into.length ? { bytes: into }',
    put: 'return to <= into.length ? { bytes: into }',
  },
  {
    law: 'F40 what it would come to',
    test: `${fleet}/snappy.test.ts`,
    file: `${fleet}/snappy.ts`,
    find: 'declared.value > from.length * growthMax',
    put: 'declared.value > Infinity',
  },
  {
    law: 'F41 a million labels',
    test: `${fleet}/remote-write.test.ts`,
    file: `${fleet}/remote-write-wire.ts`,
    find: '++draft.labels > place.limits.labelsMax',
    put: '++draft.labels > Infinity',
  },
  {
    law: 'F41 any bytes, and any change',
    test: `${fleet}/remote-write.test.ts`,
    file: `${fleet}/remote-write-wire.ts`,
    find: "if (error instanceof TypeError) return { problem: 'the request has a text that is not UTF-8' }",
    put: 'if (error instanceof TypeError) throw error',
  },
  {
    law: 'F42 what DCGM did not measure',
    test: `${fleet}/remote-write.test.ts`,
    file: `${fleet}/dcgm.ts`,
    find: 'value === blankInt64 ||',
    put: 'value === Infinity ||',
  },
  {
    law: 'F42 what DCGM did not measure',
    test: `${fleet}/remote-write.test.ts`,
    file: `${fleet}/remote-write-wire.ts`,
    find: 'if (stale) draft.stale.add',
    put: 'if (value > 0) draft.stale.add',
  },
  {
    law: 'F43 API19 a reading is the same',
    test: 'test/ingest-laws.test.ts',
    file: `${fleet}/cloud-event.ts`,
    find: 'attributes[name.slice(3)] = decoded(value)',
    put: 'attributes[name.slice(3)] = value',
  },
  {
    law: 'F44 what is told is',
    test: `${fleet}/flex.test.ts`,
    file: `${fleet}/flex-schedule.ts`,
    find: 'each.correlation === span.correlation && each.gpus === span.gpus',
    put: 'each.gpus === span.gpus',
  },
  {
    law: 'F44 what is told is',
    test: `${fleet}/flex.test.ts`,
    file: `${fleet}/flex.ts`,
    find: 'untold = without(untold, begin, end)',
    put: 'untold = without(untold, begin, begin)',
  },
  {
    law: 'F44 what is told is',
    test: `${fleet}/flex.test.ts`,
    file: `${fleet}/flex.ts`,
    find: 'atMs > at || (atMs === at && id !== last)',
    put: 'atMs > 0 || id !== last',
  },
]
