/** Breaks of where GPUs are, whose word counts, and what claims stand up to: see `break-rules.ts`. */
const reconcile = 'src/core/meter/reconcile.test.ts'
const claims = 'src/core/claims'
const laws = `${claims}/laws.test.ts`
const verify = `${claims}/verify.test.ts`

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
  {
    law: 'M23 what decisions on claims have come to',
    test: reconcile,
    file: 'src/core/meter/weigh.ts',
    find: 'pushSalesWithin(sales, intake.pools.get(id)!, always, always)',
    put: '',
  },
  {
    law: 'CL1 CL6 what is claimed, stands, is rejected',
    test: laws,
    file: `${claims}/judge.ts`,
    find: 'const twice = Math.min(over, sold)',
    put: 'const twice = 0',
  },
  {
    law: 'CL1 CL6 what is claimed, stands, is rejected',
    test: laws,
    file: `${claims}/account.ts`,
    find: 'const spare = all - there',
    put: 'const spare = all',
  },
  {
    law: 'CL1 CL6 what is claimed, stands, is rejected',
    test: laws,
    file: `${claims}/sweep.ts`,
    find: 'const after = Math.max(holding.reserved, holding.allocated)',
    put: 'const after = holding.reserved + holding.allocated',
  },
  {
    law: 'CL3 what differs by no more than was agreed',
    test: laws,
    file: `${claims}/judge.ts`,
    find: 'beyond > toleranceSeconds',
    put: 'beyond >= toleranceSeconds / 2',
  },
  {
    law: 'CL4 more activity never makes more eligible',
    test: laws,
    file: `${claims}/judge.ts`,
    find: 'verdict.figures.covered < needed[hour]!',
    put: 'verdict.figures.covered > needed[hour]!',
  },
  {
    law: 'CL11 pieces are whole GPUs of what a node has free',
    test: verify,
    file: `${claims}/collect.ts`,
    find: 'before: before[hour]!, amount:',
    put: 'before: 0, amount:',
  },
  {
    law: 'CL10 what lies beside claims is found',
    test: verify,
    file: `${claims}/excesses.ts`,
    find: 'seconds > skewSeconds',
    put: 'seconds > 0',
  },
  {
    law: 'CL14 what blocks of a pool lend each other is theirs together',
    test: 'src/core/claims/lend.test.ts',
    file: 'src/core/claims/lend.ts',
    find: 'other.free.eligible[hour]! -= given',
    put: 'other.free.eligible[hour]! -= 0',
  },
  {
    law: 'CL14 under specific attribution',
    test: 'src/core/claims/lend.test.ts',
    file: 'src/core/claims/lend.ts',
    find: "attribution === 'specific' || blocks.length < 2",
    put: 'blocks.length < 2',
  },
] as const
