const meter = 'src/core/meter'
const laws = `${meter}/racks.test.ts`

/** What is broken in the picture of racks: see `break-rules.ts`. */
export const rackBreaks = [
  {
    law: 'M31 the cells of racks',
    test: laws,
    file: `${meter}/rack-cells.ts`,
    find: 'const used = Math.min(sold, allocated)',
    put: 'const used = sold',
  },
  {
    law: 'M31 the cells of racks',
    test: laws,
    file: `${meter}/rack-cells.ts`,
    find: 'const out = Math.min(gpus, Math.max(known, most[2]!))',
    put: 'const out = Math.min(gpus, known + most[2]!)',
  },
  {
    law: 'M31 the cells of racks',
    test: laws,
    file: `${meter}/rack-cells.ts`,
    find: 'contracted += Math.max(reserved, used)',
    put: 'contracted += reserved + used',
  },
  {
    law: 'M32 the states of a rack',
    test: laws,
    file: `${meter}/rack-places.ts`,
    find: 'const since = Math.max(from, acceptedAt(log, block, tranche))',
    put: 'const since = from',
  },
  {
    law: 'M33 racks come to what is settled',
    test: laws,
    file: `${meter}/tie-cells.ts`,
    find: 'i >= 0 && difference.some',
    put: 'i > 0 && difference.some',
  },
  {
    law: 'M33 racks come to what is settled',
    test: laws,
    file: `${meter}/tie-cells.ts`,
    find: 'target[cellAt.soldIdle] = sold - target[cellAt.soldUsed]!',
    put: 'target[cellAt.soldIdle] = idle',
  },
  {
    law: 'M34 runs say what the cells say',
    test: laws,
    file: `${meter}/rack-runs.ts`,
    find: 'if (gpuSeconds[state]! > most)',
    put: 'if (gpuSeconds[state]! >= most)',
  },
  {
    law: 'M35 a node that stands in two racks',
    test: laws,
    file: `${meter}/rack-places.ts`,
    find: 'if (other !== undefined) {',
    put: 'if (other === undefined && problems.length < 0) {',
  },
  {
    law: 'CO11 the bitmap has a pixel',
    test: 'src/console/rack-map.test.ts',
    file: 'src/console/rack-map.ts',
    find: 'let at = y * buckets',
    put: 'let at = y * (buckets - 1)',
  },
  {
    law: 'CO11 rounded tables add up both ways',
    test: 'src/console/rack-map.test.ts',
    file: 'src/console/round-table.ts',
    find: 'value + (raised[i]![j] ? 1n : 0n)',
    put: 'value',
  },
] as const
