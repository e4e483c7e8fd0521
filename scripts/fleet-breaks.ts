/** Breaks of where GPUs are, whose word counts, and what claims stand up to: see `break-rules.ts`. */
const reconcile = 'src/core/meter/reconcile.test.ts'

export const fleetBreaks = [
  {
    law: 'CAP8 a hostlist names the nodes that it was made of',
    test: 'src/core/capacity/hostlist.test.ts',
    file: 'src/core/capacity/hostlist.ts',
    find: 'Number(each) === Number(last[1]) + 1',
    put: 'Number(each) <= Number(last[1]) + 2',
  },
  {
    law: 'CAP8 what is no hostlist, or names too many nodes',
    test: 'src/core/capacity/hostlist.test.ts',
    file: 'src/core/capacity/hostlist.ts',
    find: 'count > hostsMax ? undefined : count',
    put: 'count',
  },
  {
    law: 'M21 at each instant the first source listed that has evidence counts',
    test: reconcile,
    file: 'src/core/meter/authority.ts',
    find: 'if (place > 0) return speaks',
    put: 'return speaks',
  },
  {
    law: 'M21 at each instant the first source listed that has evidence counts',
    test: reconcile,
    file: 'src/core/meter/authority.ts',
    find: 'minimum(rest, silentAt(each))',
    put: 'rest',
  },
  {
    law: 'M21 sales have no evidence only while every source listed is silent',
    test: reconcile,
    file: 'src/core/meter/intake.ts',
    find: 'if (counts) push(',
    put: 'if (false) push(',
  },
  {
    law: 'M22 what a source says beside the one that counts is sized by the second',
    test: reconcile,
    file: 'src/core/meter/reconcile.ts',
    find: 'except(except(whole, counts)',
    put: 'except(except(whole, zero)',
  },
] as const
