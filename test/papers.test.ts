import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { sumDecimals } from '../src/core/sheets/sum.ts'
import { makeApi } from '../src/server/api/api.ts'
import { isSpelled, lettersOf } from '../src/server/papers/letters.ts'
import { pdfLinesMax, statementPdf, type StatedRecord } from '../src/server/papers/statement-pdf.ts'
import type { PeriodWire, StatementWire } from '../src/wire/statement.ts'
import type { Statement } from '../src/core/statements/statement.ts'
import { decimalText } from '../src/console/format.ts'
import { closeWorld, worldNow } from './closed-world.ts'
import { testDatabase } from './database.ts'
import { doorsOf } from './doors.ts'
import { readCsv } from './read-csv.ts'
import { readWorkbook } from './read-workbook.ts'

const { close, ...store } = await testDatabase()
const api = await makeApi({ ...doorsOf(store, () => worldNow), consoleFolder: join(import.meta.dirname, 'nothing') })
const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-papers-'))
after(async () => {
  fs.rmSync(folder, { recursive: true })
  await api.close()
  await close()
})

let months: readonly string[] = []
before(async () => {
  months = await closeWorld(store)
})
const get = (path: string) => api.inject({ method: 'GET', url: path })
const path = (month: string) => `/api/agreements/sharon-ai/periods/${month}`
const statementOf = async (month: string): Promise<StatementWire> => (await get(path(month))).json<PeriodWire>().statement
const recordOf = async (month: string): Promise<StatedRecord> => {
  const { id, hash, recordedAt, statement } = (await get(path(month))).json<PeriodWire>()
  return { id, hash, recordedAt: Math.floor(Date.parse(recordedAt) / 1000), statement: statement as unknown as Statement }
}

const pdftotext = '/usr/bin/pdftotext'
const absent = !fs.existsSync(pdftotext)
if (absent && process.env['CI']) throw new Error('no pdftotext: apt-get install --no-install-recommends poppler-utils')
const skip = absent ? 'no pdftotext on this machine: apt-get install --no-install-recommends poppler-utils' : false
const textOf = (pdf: Buffer, ...args: readonly string[]): string => {
  const file = join(folder, 'paper.pdf')
  fs.writeFileSync(file, pdf)
  const { stdout, stderr, status } = spawnSync(pdftotext, [...args, file, '-'], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout
}
/** Every amount of a text as people write it: what has a point and two digits after it. */
const amountsIn = (text: string): string[] => text.match(/\(?\d[\d,]*\.\d{2}(?!\d)\)?/g) ?? []

const amountsOf = ({ lines, totals }: StatementWire): string[] => [
  ...lines.map(({ amount }) => amount),
  totals.guarantorPays,
  totals.operatorPays,
  totals.net.amount,
]

test(
  'PA1 PDF, workbook, CSV and JSON of a statement have the same amounts, and the PDF those of the page, as strings',
  { skip },
  async () => {
    for (const month of months) {
      const statement = await statementOf(month)
      const expected = amountsOf(statement)
      const text = textOf((await get(`${path(month)}/statement.pdf`)).rawPayload, '-layout')
      const shown = amountsIn(text)
      for (const amount of expected) {
        // What the console writes of the same amount, by its own code.
        const at = shown.indexOf(decimalText(amount))
        assert.ok(at >= 0, `${decimalText(amount)} of ${month} is not on paper: ${text}`)
        shown.splice(at, 1)
      }
      const [, ...csv] = readCsv((await get(`${path(month)}/statement.csv`)).body)
      const head = readCsv((await get(`${path(month)}/statement.csv`)).body)[0]!
      assert.deepEqual(
        csv.map((row) => row[head.indexOf('amount')]),
        statement.lines.map(({ amount }) => amount),
      )
      const [, ...cells] = readWorkbook((await get(`${path(month)}/statement.xlsx`)).rawPayload)
      assert.deepEqual(
        cells.map((row) => Number(row[10]!.value).toFixed(2)),
        statement.lines.map(({ amount }) => amount),
      )
      const json = JSON.parse((await get(`${path(month)}/statement.json`)).body) as StatementWire
      assert.deepEqual(amountsOf(json), expected)
    }
  },
)

test('PA2 the same statement makes the same bytes, whenever it is asked for', async () => {
  const month = months.at(-1)!
  for (const kind of ['pdf', 'xlsx']) {
    const first = await get(`${path(month)}/statement.${kind}`)
    await new Promise((resolve) => void setTimeout(resolve, 1_100))
    const second = await get(`${path(month)}/statement.${kind}`)
    assert.ok(first.rawPayload.length > 1_000 && first.rawPayload.equals(second.rawPayload), kind)
    assert.equal(first.headers['content-disposition'], `attachment; filename="sharon-ai-${month}.v1.${kind}"`)
  }
})

test('PA3 a PDF names the parties, the period with its zone and hours, who pays whom by when, hashes and its pages', { skip }, async () => {
  const month = months.at(-1)!
  const record = await recordOf(month)
  const text = textOf(await statementPdf(record)).replaceAll(/\s+/g, ' ')
  const { statement, hash } = record
  const [payer, payee] = [statement.totals.net.payer, statement.totals.net.payee].map(
    (id) => statement.parties.find((party) => party.id === id)!.name,
  )
  for (const said of [
    statement.guarantor.name,
    statement.operator.name,
    statement.zone,
    `${statement.hours} h`,
    `${payer} pays ${payee} ${decimalText(statement.totals.net.amount)} ${statement.currency} net by `,
    hash,
    statement.factsHash,
    ...statement.terms.map((each) => each.hash),
    ...statement.lines.map((line) => line.text),
    'page 1 of 1',
  ])
    assert.ok(text.includes(lettersOf(said)), `${said} is not in: ${text}`)
})

test('PA3 what was in dispute is held on paper, and a table that goes on has its head on every page', { skip }, async () => {
  const record = await recordOf(months.at(-1)!)
  const { statement } = record
  const lines = Array.from({ length: 120 }, (_, i) => ({ ...statement.lines[0]!, number: i + 1, text: `Line of many, ${i + 1}` }))
  const held = statement.lines[0]!.amount
  const totals = { ...statement.totals, guarantorHeld: held, payable: { payer: null, payee: null, amount: '0.00' } }
  const text = textOf(await statementPdf({ ...record, statement: { ...statement, lines, totals } }), '-layout')
  const pages = text.split('\f').filter((page) => page.trim() !== '')
  assert.ok(pages.length >= 3, `${pages.length} pages`)
  for (const [i, page] of pages.entries()) assert.ok(page.includes(`page ${i + 1} of ${pages.length}`))
  for (const page of pages.slice(0, -1)) assert.match(page, /# +Line +Quantity +Rate/)
  for (const { text: of } of lines) assert.ok(text.includes(of), of)
  assert.match(text, /In dispute, not payable until it is ruled on/)
  assert.match(text, /without it nothing is payable/)
})

test('PA3 letters that the fonts lack are shown by the nearest they have, and the paper says so', { skip }, async () => {
  assert.equal(lettersOf('Zürich – “quoted” €'), 'Zürich – “quoted” €')
  assert.equal(lettersOf('Łódź, 東京, a\u0000b\nc'), 'Lódz, ??, a b c')
  assert.ok(isSpelled('Zürich') && !isSpelled('東京'))
  const record = await recordOf(months.at(-1)!)
  const text = textOf(await statementPdf({ ...record, statement: { ...record.statement, title: '東京 AI' } }))
  assert.match(text, /\?\? AI/)
  assert.match(text, /Letters that these fonts lack/)
})

test('PA4 the lines of a workbook are numbers that add up to its totals, and its last sheet says what the statement is', async () => {
  const month = months.at(-1)!
  const statement = await statementOf(month)
  const bytes = (await get(`${path(month)}/statement.xlsx`)).rawPayload
  const [head, ...lines] = readWorkbook(bytes)
  assert.equal(head![10]!.value, `Amount, ${statement.currency}`)
  for (const row of lines) assert.equal(row[10]!.kind, 'number')
  const by = (name: string) => sumDecimals(lines.filter((row) => row[4]!.value === name).map((row) => Number(row[10]!.value).toFixed(2)))
  const [, guarantorRow, operatorRow] = readWorkbook(bytes, 2)
  assert.equal(by(statement.guarantor.name), Number(guarantorRow![2]!.value).toFixed(2))
  assert.equal(by(statement.operator.name), Number(operatorRow![2]!.value).toFixed(2))
  // The net stands once, with whom it is owed by.
  const { net, payable } = statement.totals
  for (const [column, total] of [
    [4, net],
    [5, payable],
  ] as const) {
    const cells = [guarantorRow!, operatorRow!].map((row) => row[column]!)
    assert.deepEqual(
      cells.map(({ kind, value }) => (kind === 'number' ? Number(value).toFixed(2) : null)),
      [statement.guarantor.id, statement.operator.id].map((id) => (id === total.payer ? total.amount : null)),
    )
  }
  const about = new Map(readWorkbook(bytes, 3).map((row) => [row[0]!.value, row[1]!.value]))
  assert.equal(about.get('Zone'), statement.zone)
  assert.match(about.get('SHA-256')!, /^[0-9a-f]{64}$/)
})

test('PA5 a statement with more lines than paper holds is refused', async () => {
  const record = await recordOf(months.at(-1)!)
  const lines = Array.from({ length: pdfLinesMax + 1 }, () => record.statement.lines[0]!)
  await assert.rejects(statementPdf({ ...record, statement: { ...record.statement, lines } }), /at most 2000 lines, not 2001/)
})

const python = '/usr/bin/python3'
const script = `
import sys, json, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
print(json.dumps([[[str(cell.value) if cell.value is not None else None, cell.data_type, cell.number_format] for cell in row] for row in book.worksheets[0].iter_rows()]))`
const openpyxl = spawnSync(python, ['-c', 'import openpyxl']).status === 0
if (!openpyxl && process.env['CI']) throw new Error('no openpyxl: apt-get install --no-install-recommends python3-openpyxl')

test(
  'SH4 another program reads the workbook: numbers, formats and text as we wrote them',
  { skip: openpyxl ? false : 'no openpyxl on this machine: apt-get install --no-install-recommends python3-openpyxl' },
  async () => {
    const month = months.at(-1)!
    const statement = await statementOf(month)
    const file = join(folder, 'paper.xlsx')
    fs.writeFileSync(file, (await get(`${path(month)}/statement.xlsx`)).rawPayload)
    const { stdout, stderr, status } = spawnSync(python, ['-c', script, file], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    const [head, ...rows] = JSON.parse(stdout) as [string | null, string, string][][]
    assert.deepEqual(
      head!.slice(0, 3).map(([value]) => value),
      ['#', 'Line', 'Clause'],
    )
    assert.deepEqual(
      rows.map((row) => [Number(row[10]![0]).toFixed(2), row[10]![1], row[10]![2], row[1]![0], row[1]![1]]),
      statement.lines.map(({ amount, text }) => [amount, 'n', '#,##0.00;(#,##0.00)', text, 's']),
    )
  },
)
