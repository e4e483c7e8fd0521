import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { statementTable } from '../src/core/statements/render.ts'
import { plainChart } from '../src/core/posting/chart.ts'
import { clauseKinds } from '../src/core/settlement/kinds.ts'
import { draw, pictureOf, readPages } from '../scripts/payoffs.ts'
import { scheduleOfText, settleMonths } from './settling.ts'

const folder = join(import.meta.dirname, '../docs/clauses')
const pages = fs.readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md')
/** Writes what is printed into the pages instead of comparing it: `OFFTAKE_WRITE=1 node --test test/clause-pages.test.ts`. */
const isWriting = process.env['OFFTAKE_WRITE'] === '1'

type Fenced = Readonly<{ language: string; body: string }>
const fencedIn = (page: string): Fenced[] =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, body]) => ({ language: language!, body: body! }))

const monthForm = /^(\d{4}-\d{2})$/m

/** Settles the agreement of a page on its readings, and prints the statement of each month that a `text` block begins with. */
const printed = (page: string): Map<string, string> => {
  const blocks = fencedIn(page)
  const document = blocks.find(({ language, body }) => language === 'yaml' && body.includes('offtake: 1'))!.body
  const readings = blocks.filter(({ language }) => language === 'ndjson').map(({ body }) => body)
  const schedule = scheduleOfText(document)
  const months = blocks.filter(({ language }) => language === 'text').flatMap(({ body }) => monthForm.exec(body)?.[1] ?? [])
  const first = schedule.commencement.slice(0, 7)
  const statements = settleMonths(schedule, readings.join('\n'), { from: first, through: months.toSorted().at(-1)! })
  return new Map(
    statements
      .filter(({ month }) => months.includes(month))
      .map((statement) => [
        statement.month,
        `${statement.month}\n${statementTable(statement, schedule.sources)
          .map((row) => row.trimEnd())
          .join('\n')}\n`,
      ]),
  )
}

describe('H11 the worked example of each kind of clause', () => {
  for (const name of pages)
    test(`H11 ${name}`, () => {
      const path = join(folder, name)
      const page = fs.readFileSync(path, 'utf8')
      const all = printed(page)
      assert.ok(all.size > 0, 'a page shows at least one month')
      for (const { language, body } of fencedIn(page)) {
        const month = language === 'text' ? monthForm.exec(body)?.[1] : undefined
        if (month === undefined) continue
        if (isWriting) fs.writeFileSync(path, fs.readFileSync(path, 'utf8').replace(body, all.get(month)!))
        else assert.equal(body, all.get(month))
      }
    })
})

test('H11 every kind of clause has a page, and every page a kind', () => {
  assert.deepEqual(pages.map((name) => name.slice(0, -3)).toSorted(), clauseKinds.map(({ kind }) => kind).toSorted())
})

test('H12 the picture of each kind of clause is what its worked example pays as one number of it is moved', () => {
  const drawn = readPages()
  assert.deepEqual(
    drawn.map(({ name }) => `${name}.md`),
    pages.toSorted((a, b) => a.localeCompare(b)),
  )
  for (const page of drawn) {
    assert.ok(fs.readFileSync(join(folder, `${page.name}.md`), 'utf8').includes(`](${page.name}.svg)`), page.name)
    assert.equal(
      fs.readFileSync(pictureOf(page.name), 'utf8'),
      draw(page),
      `${page.name}.svg is not up to date; write it with: npm run payoffs`,
    )
  }
})

test('H11 the list of kinds leads to every page', () => {
  const list = fs.readFileSync(join(folder, 'README.md'), 'utf8')
  const led = [...list.matchAll(/\| \[`([a-z-]+)`\]\(([a-z-]+\.md)\)/g)].map(([, kind, page]) => `${kind} ${page}`)
  assert.deepEqual(led.toSorted(), clauseKinds.map(({ kind }) => `${kind} ${kind}.md`).toSorted())
})

test('H17 the guide to the ledger names every account that a line posts to, side by side', () => {
  const guide = fs.readFileSync(join(folder, '../ledger.md'), 'utf8')
  const rows = guide.split('\n').map((row) => row.replaceAll(/\s+/g, ' '))
  for (const [formula, { payer, payee }] of plainChart)
    assert.ok(
      rows.some((row) => row.endsWith(`| \`${payer}\` | \`${payee}\` |`)),
      `${formula}: ${payer}, ${payee}`,
    )
})
