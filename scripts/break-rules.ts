// Breaks one rule at a time, in a copy, and expects the law that guards it to fail. A law that survives is no law.
// Run: npm run break-rules
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'

type Break = Readonly<{ law: string; test: string; file: string; find: string; put: string }>

const settlement = 'src/core/settlement'
const laws = `${settlement}/laws.test.ts`
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
    law: 'LP3 correcting in either order',
    test: `${settlement}/correct.test.ts`,
    file: `${settlement}/correct.ts`,
    find: 'const { schedule, stated, closing: opening } = chain',
    put: 'const { schedule, stated } = chain; const opening = {}',
  },
  {
    law: 'LP3 correcting in either order',
    test: `${settlement}/correct.test.ts`,
    file: `${settlement}/stated.ts`,
    find: 'corrects ?? month',
    put: 'month',
  },
  {
    law: 'LP4 a run on what is known already',
    test: `${settlement}/correct.test.ts`,
    file: `${settlement}/correct.ts`,
    find: 'const was = stated.reduce(',
    put: 'const was = stated.slice(0, 1).reduce(',
  },
  {
    law: 'LP5 a retroactive amendment',
    test: `${settlement}/correct.test.ts`,
    file: `${settlement}/correct.ts`,
    find: 'for (const { month, lines } of due) for (const line of lines) at(month, line).lines.push(line)',
    put: 'for (const { month, lines } of due) for (const line of lines) at(month, line).lines.splice(0, 1, line)',
  },
  {
    law: 'LP9 a dispute changes no line',
    test: `${settlement}/disputes.test.ts`,
    file: 'src/core/statements/totals.ts',
    find: 'both((line) => line.minor - line.held)',
    put: 'both((line) => line.minor + line.held)',
  },
  {
    law: 'LP13 in whatever parts',
    test: `${settlement}/late-interest.test.ts`,
    file: `${settlement}/late-interest.ts`,
    find: 'applied = plus(applied, takes)',
    put: 'applied = plus(takes, nought)',
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
