// Breaks one rule at a time, in a copy, and expects the law that guards it to fail. A law that survives is no law.
// Run: npm run break-rules
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'

type Break = Readonly<{ law: string; test: string; file: string; find: string; put: string }>

const settlement = 'src/core/settlement'
const laws = `${settlement}/laws.test.ts`
const debt = `${settlement}/debt-facility.test.ts`
const breaks: readonly Break[] = [
  {
    law: 'ST3 Q never exceeds unsold',
    test: laws,
    file: `${settlement}/quantity.ts`,
    find: 'const unsold = Math.max(0, xs[i]!)',
    put: 'const unsold = Math.abs(xs[i]!)',
  },
  {
    law: 'ST3 instant ≥ hour ≥ day ≥ period',
    test: laws,
    file: `${settlement}/quantity.ts`,
    find: 'return hourEdges(span, zone)',
    put: 'return Float64Array.of(span.from, span.to)',
  },
  {
    law: 'ST3 ST5 the engine agrees with a plain walk',
    test: laws,
    file: `${settlement}/caps.ts`,
    find: "const drawOf = (cap: Cap, { quantity, price }: Ask) => (cap.unit === 'minor' ? times(quantity, price) : quantity)",
    put: 'const drawOf = (_: Cap, { quantity, price }: Ask) => times(quantity, price)',
  },
  {
    law: 'ST5 caps are never exceeded',
    test: laws,
    file: `${settlement}/backstop.ts`,
    find: "cap.unit === 'minor' ? rational(line.minor)",
    put: "cap.unit === 'minor' ? nought",
  },
  {
    law: 'ST11 cutting a period changes nothing',
    test: laws,
    file: `${settlement}/slice.ts`,
    find: 'walk.continuous ?',
    put: 'false ?',
  },
  {
    law: 'ST12 more sold never raises',
    test: laws,
    file: `${settlement}/margin.ts`,
    find: 'subtract(offeredOf(delivery), offsettingOf(delivery))',
    put: 'add(offeredOf(delivery), offsettingOf(delivery))',
  },
  {
    law: 'ST4 a failing condition or missing evidence',
    test: laws,
    file: `${settlement}/margin.ts`,
    find: 'add(except(x, fails), where(negative(x), fails))',
    put: 'except(x, fails)',
  },
  {
    law: 'ST4 a failing condition or missing evidence',
    test: laws,
    file: `${settlement}/margin.ts`,
    find: 'minimum(xProven, x(block.presumed))',
    put: 'xProven',
  },
  {
    law: 'ST12 more available never pays less',
    test: laws,
    file: `${settlement}/margin.ts`,
    find: 'minimum(inside(available), committed)',
    put: 'subtract(committed, subtract(inside(available), zero))',
  },
  {
    law: 'ST13 scaling',
    test: laws,
    file: `${settlement}/quantity.ts`,
    find: 'Math.min(ks[i]!, unsold)',
    put: 'Math.min(ks[i]! - 1, unsold)',
  },
  {
    law: 'ST1 replay is byte-identical',
    test: laws,
    file: `${settlement}/backstop.ts`,
    find: 'const block = facts.blocks.find((each) => each.block === covered.block)',
    put: 'const block = facts.blocks[clause.covers.indexOf(covered)]',
  },
  {
    law: 'ST7 each line is within one unit',
    test: `${settlement}/period.test.ts`,
    file: `${settlement}/round.ts`,
    find: 'exact.map(roundHalfEven)',
    put: 'exact.map((each) => roundHalfEven(each) + 1n)',
  },
  {
    law: 'ST14 the reasons of every line',
    test: laws,
    file: `${settlement}/explain-claim.ts`,
    find: 'scaled(quantity.beyond)',
    put: 'scaled(0)',
  },
  {
    law: 'M6 accepted = sold + unsold',
    test: 'src/core/meter/meter.test.ts',
    file: 'src/core/meter/health.ts',
    find: 'unavailable: subtract(out, planned),',
    put: 'unavailable: out,',
  },
  {
    law: 'M7 neither order nor batches',
    test: 'src/core/meter/meter.test.ts',
    file: 'src/core/meter/sales.ts',
    find: 'if (ofOrder === undefined) log.orders.set(order,',
    put: 'if (ofOrder === undefined || reserved) log.orders.set(order,',
  },
  {
    law: 'M5 the order of arrival does not matter, and a repeat changes nothing',
    test: 'src/core/meter/collate.test.ts',
    file: 'src/core/meter/collate.ts',
    find: 'if (before.digest === each.digest || conflict?.digests.has(each.digest) === true) repeats += 1',
    put: 'if (conflict?.digests.has(each.digest) === true) repeats += 1',
  },
  {
    law: 'M14 scaling every count',
    test: 'src/core/meter/meter.test.ts',
    file: 'src/core/meter/health.ts',
    find: 'minimum(curtailed, positive(available))',
    put: 'minimum(curtailed, indicator(available))',
  },
  {
    law: 'CAP5 CAP6 no room is overfilled',
    test: 'src/core/capacity/attribute.test.ts',
    file: 'src/core/capacity/attribute.ts',
    find: 'rooms[i]! * (2 * given[best]! + 1) > rooms[best]! * (2 * given[i]! + 1)',
    put: 'rooms[i]! > rooms[best]!',
  },
  {
    law: 'L1 a journal that is off',
    test: 'src/core/ledger/ledger.test.ts',
    file: 'src/core/ledger/journal.ts',
    find: 'if (sum !== 0n) wrong',
    put: 'if (sum > 0n) wrong',
  },
  {
    law: 'PO3 accruals tie to the totals',
    test: 'src/core/posting/post.test.ts',
    file: 'src/core/posting/post.ts',
    find: '[entry(receivable(side), line.minor), entry(below(sides.payee, stated.agreement), -line.minor)]',
    put: '[entry(receivable(side), 2n * line.minor), entry(below(sides.payee, stated.agreement), -2n * line.minor)]',
  },
  {
    law: 'S14 totals are the sums',
    test: 'src/core/statements/draw-up.test.ts',
    file: 'src/core/statements/draw-up.ts',
    find: 'line.payer === payer && line.payee === payee).reduce(',
    put: 'line.payer === payer && line.payee === payee).slice(1).reduce(',
  },
  {
    law: 'DF4 a waterfall pays out exactly its cash',
    test: `${settlement}/waterfall.test.ts`,
    file: `${settlement}/waterfall.ts`,
    find: 'rest = minus(rest, paid)',
    put: 'rest = i === 0 ? rest : minus(rest, paid)',
  },
  {
    law: 'DF4 what a step is paid goes to its arrears first',
    test: `${settlement}/waterfall.test.ts`,
    file: `${settlement}/waterfall.ts`,
    find: 'Rational => least(arrears, paid)',
    put: 'Rational => minus(paid, least(arrears, paid))',
  },
  {
    law: 'DF2 interest is the sum over days',
    test: debt,
    file: `${settlement}/accrue.ts`,
    find: 'return cutAt(from, to, cuts)',
    put: 'return cutAt(from, to, cuts.slice(1))',
  },
  {
    law: 'DF2 interest adds up whatever cuts the period',
    test: debt,
    file: 'src/core/base/day-count.ts',
    find: 'return actualActual(from, to)',
    put: 'return rational(daysBetween(from, to), daysIn(Number(from.slice(0, 4))))',
  },
  {
    law: 'DF3 a bullet pays interest every period and everything at the end',
    test: debt,
    file: `${settlement}/amortise.ts`,
    find: 'if (period.to === clause.matures)',
    put: 'if (period.to > clause.matures)',
  },
  {
    law: 'DF3 debt sized by what its forecast bears',
    test: debt,
    file: `${settlement}/amortise.ts`,
    find: 'due: minus(service, interest)',
    put: 'due: service',
  },
  {
    law: 'DF4 DF5 DF6 whatever cash there is',
    test: debt,
    file: `${settlement}/settle-debt.ts`,
    find: "plus(opening.repaid, toRational(toMoney(stepOf(use, 'principal').paid, currency)))",
    put: "plus(opening.repaid, stepOf(use, 'principal').paid)",
  },
  {
    law: 'DF5 what accrues as interest is paid or in arrears',
    test: debt,
    file: `${settlement}/cash.ts`,
    find: 'left: minus(each.left, more)',
    put: 'left: each.left',
  },
  {
    law: 'DF5 the order of readings does not matter',
    test: debt,
    file: 'src/core/meter/told.ts',
    find: '(a, b) => countsFrom(a, schedule.zone) - countsFrom(b, schedule.zone) || byText(a.source, b.source) || byText(a.id, b.id)',
    put: '() => 0',
  },
  {
    law: 'DF6 the reserve account holds its share',
    test: debt,
    file: `${settlement}/cash.ts`,
    find: 'const released = greatest(nought, minus(state.reserve, dues.target))',
    put: 'const released = nought',
  },
  {
    law: 'DF7 below a level nothing is distributed',
    test: debt,
    file: `${settlement}/cover.ts`,
    find: 'compare(value, level) >= 0 ?',
    put: 'compare(value, level) > 0 ?',
  },
  {
    law: 'DF10 what is projected is what settles',
    test: debt,
    file: `${settlement}/project.ts`,
    find: 'minus(outstanding, toRational(toMoney(principal, currency)))',
    put: 'minus(outstanding, principal)',
  },
  {
    law: 'CR1 between two rates',
    test: 'src/core/credit/xirr.test.ts',
    file: 'src/core/credit/xirr.ts',
    find: 'if (neverZero(from.slope, to.slope)) return',
    put: 'if (!neverZero(from.slope, to.slope)) return',
  },
  {
    law: 'CR2 sculpted debt has its DSCR',
    test: 'src/core/credit/sculpt.test.ts',
    file: 'src/core/credit/sculpt.ts',
    find: 'compare(cfads, nought) > 0 ? over(cfads, dscr) : nought',
    put: 'over(cfads, dscr)',
  },
  {
    law: 'CR4 of sculpted debt DSCR and LLCR are the target',
    test: 'src/core/credit/sculpt.test.ts',
    file: `${settlement}/project.ts`,
    find: 'const [top, bottom] = [n * amount.d + amount.n * d, d * amount.d]',
    put: 'const [top, bottom] = [n * amount.d + amount.n, d * amount.d]',
  },
]

const root = join(import.meta.dirname, '..')
const copy = join(root, '.cache/broken')
const only = process.argv[2]

const prepare = (): void => {
  fs.rmSync(copy, { recursive: true, force: true })
  for (const name of ['src', 'test', 'examples', 'package.json', 'scripts'])
    if (fs.existsSync(join(root, name))) fs.cpSync(join(root, name), join(copy, name), { recursive: true })
  fs.symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
}

/** Runs one law in the copy: passed, failed, or there is none of that name. */
const runLaw = ({ law, test }: Break): 'passes' | 'fails' | 'is missing' => {
  const pattern = law.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const args = ['--test', '--test-reporter=tap', `--test-name-pattern=${pattern}`, test]
  const run = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined } })
  if (!new RegExp(`^\\s*(not )?ok \\d+ - ${pattern}`, 'm').test(run.stdout)) return 'is missing'
  return run.status === 0 ? 'passes' : 'fails'
}

/** What happens to the law once its rule is broken; it has to pass before. */
const tryBreak = (each: Break): string => {
  const path = join(copy, each.file)
  const source = fs.readFileSync(path, 'utf8')
  if (!source.includes(each.find)) return `${each.file} no longer says: ${each.find}`
  const before = runLaw(each)
  if (before !== 'passes') return `${before} even before`
  fs.writeFileSync(
    path,
    source.replace(each.find, () => each.put),
  )
  try {
    return runLaw(each)
  } finally {
    fs.writeFileSync(path, source)
  }
}

prepare()
let survivors = 0
for (const each of breaks.filter(({ law }) => only === undefined || law.includes(only))) {
  const answer = tryBreak(each)
  if (answer !== 'fails') survivors += 1
  process.stdout.write(`${answer === 'fails' ? 'fails, as it should' : answer.toUpperCase()}: ${each.law} (${each.file})\n`)
}
fs.rmSync(copy, { recursive: true, force: true })
process.stdout.write(survivors === 0 ? 'every broken rule was noticed\n' : `${survivors} broken rules were not noticed\n`)
process.exitCode = survivors === 0 ? 0 : 1
