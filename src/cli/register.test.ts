import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { testDatabase } from '../../test/database.ts'
import { offtake, temporaryFolder } from '../../test/offtake.ts'
import { readCsv } from '../../test/read-csv.ts'

const { url, close: closeDatabase } = await testDatabase()
after(closeDatabase)
const env = { DATABASE_URL: url }
const examples = join(import.meta.dirname, '../../examples')
const run = async (...args: string[]) => {
  const { code, out, err } = await offtake(['--now', '2026-11-05T00:00:00Z', ...args], env)
  return { code, out, err }
}
const shown = async (...args: string[]) => {
  const { code, out, err } = await run(...args)
  assert.deepEqual([code, err], [0, ''])
  return out
}
const { write, remove } = temporaryFolder()
after(remove)
/** The example portfolio of the two deals of the programme alone. */
const cut = (): string => {
  const whole = parse(fs.readFileSync(join(examples, 'portfolio.yaml'), 'utf8')) as Record<string, { agreement: string }[]>
  const two = ['sharon-ai', 'firmus-batam']
  const valuations = whole['valuations']!.filter(({ agreement }) => two.includes(agreement))
  return write('portfolio.json', JSON.stringify({ ...whole, agreements: two, inTalks: [], valuations, sources: [] }))
}
const portfolio = ['--portfolio', cut(), '--as-of', '2026-07']

test('CLI10 the example portfolio as tables, CSV and JSON, with the same amounts', async () => {
  await shown('load', join(examples, 'sharon-ai.yaml'), join(examples, 'firmus-batam.yaml'))
  const json = JSON.parse(await shown('register', ...portfolio, '--json')) as Record<string, never>
  type Promised = { year: number; firm: string; contingent: string }
  const { rows, breakdown, commitmentsByFiscalYear } = json as unknown as {
    rows: { instrument: string; side: string; amounts: Record<string, string> }[]
    breakdown: { total: { amounts: Record<string, string> } }
    commitmentsByFiscalYear: { years: Promised[]; total: Promised }
  }
  // Sharon AI: years of at most 820m and 4.88bn in all; what is committed and not retained is less than either.
  const gross = rows.map(({ instrument, amounts }) => [instrument, amounts['gross']])
  assert.deepEqual(
    gross.map(([instrument]) => instrument),
    // What is given, then what is held, of each.
    [
      ...['available', 'backstop', 'floor', 'share'].map((clause) => `firmus-batam/${clause}`),
      ...['backstop', 'stake', 'delay', 'share'].map((clause) => `sharon-ai/${clause}`),
    ],
  )
  const cents = (text: string) => BigInt(text.replace('.', ''))
  const sum = rows.reduce((total, { amounts }) => total + cents(amounts['gross']!), 0n)
  assert.equal(cents(breakdown.total.amounts['gross']!), sum)
  const { years, total: promised } = commitmentsByFiscalYear
  for (const nature of ['firm', 'contingent'] as const) {
    const ofRows = rows.filter(({ side }) => side === 'given').reduce((total, { amounts }) => total + cents(amounts[nature] ?? '0.00'), 0n)
    assert.equal(cents(promised[nature]), ofRows, nature)
    assert.equal(
      years.reduce((total, each) => total + cents(each[nature]), 0n),
      ofRows,
      nature,
    )
  }
  assert.deepEqual([years[0]!.year, years.at(-1)!.year], [2027, 2034])
  const [head, ...records] = readCsv(await shown('register', ...portfolio, '--csv'))
  assert.deepEqual(
    records.map((record) => [record[head!.indexOf('instrument')], record[head!.indexOf('gross')]]),
    gross,
  )
  const text = await shown('register', ...portfolio, '--by', 'region')
  for (const amount of gross.filter(([instrument]) => instrument!.endsWith('/backstop')).map(([, each]) => each!))
    assert.ok(text.includes(amount.replace(/\B(?=(\d{3})+(?!\d)(?=.*\.))/g, ',')), `${amount} in\n${text}`)
  for (const word of ['Given, by region', 'Batam', 'Sydney', 'Promised, by fiscal year', 'FY2034', 'Herfindahl', 'Circular flows'])
    assert.ok(text.includes(word), `${word} in\n${text}`)
})

test('CLI10 every pack is shown as text, CSV and JSON, and says that it is evidence', async () => {
  for (const name of ['asc460', 'asc326', '606', 'ifrs9', 'maximum', 'stock-rights'])
    assert.match(await shown('pack', name, ...portfolio), /evidence under the treatment selected, not a conclusion/)
  const { pack, treatment, rows } = JSON.parse(await shown('pack', 'maximum', ...portfolio, '--treatment', 'promised', '--json')) as {
    pack: string
    treatment: { id: string }
    rows: { amount: string | null }[]
  }
  assert.deepEqual([pack, treatment.id], ['maximum', 'promised'])
  const [head, ...records] = readCsv(await shown('pack', 'maximum', ...portfolio, '--treatment', 'promised', '--csv'))
  assert.deepEqual(
    records.map((record) => record[head!.indexOf('amount')]),
    rows.map(({ amount }) => amount ?? ''),
  )
})

test('CLI10 what cannot be drawn ends with 2 and says why', async () => {
  const refuses = async (expected: RegExp, ...args: string[]) => {
    const { code, out, err } = await run(...args)
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, expected)
  }
  await refuses(/no month of any agreement is final/, 'register')
  await refuses(
    /--treatment of asc460 is one of systematic, expiry, fair-value, and not other/,
    'pack',
    'asc460',
    ...portfolio,
    '--treatment',
    'other',
  )
  await refuses(/sharon-ai\.yaml:1: .*`portfolio` is missing/, 'register', '--portfolio', join(examples, 'sharon-ai.yaml'))
  await refuses(/Allowed choices are asc460/, 'pack', 'none')
})
