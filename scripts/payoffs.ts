// Draws the picture of every page in docs/clauses from the page's own worked example: one number of it is moved, the months are settled for each
// of its values by the engine, and what is paid is drawn. Run: npm run payoffs
import { init, use } from 'echarts/core'
import { LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { SVGRenderer } from 'echarts/renderers'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { parse as parseYaml, stringify as writeYaml } from 'yaml'
import type { Statement } from '../src/core/statements/statement.ts'
import { scheduleOfText, settleMonths } from '../test/settling.ts'

use([LineChart, GridComponent, TitleComponent, LegendComponent, SVGRenderer])

const folder = join(import.meta.dirname, '../docs/clauses')

/**
 * The `payoff` block of a page, in YAML. `move` names the number that is moved: a key of the reading with that id, or a JSON pointer into the
 * agreement; a date or an instant is moved by days. `series` are sums over the months up to `through`: of the lines of some formulas, or of a
 * clause, signed from the view of who pays; or the value of a position at the end.
 */
type Payoff = Readonly<{
  title: string
  x: string
  y: string
  move: Readonly<{ reading?: string; key?: string; term?: string }>
  from: number
  to: number
  step: number
  /** Digits of a decimal that is moved; 0. */
  digits?: number
  through: string
  series: readonly Readonly<{ name: string; formulas?: readonly string[]; clause?: string; payer?: string; position?: string }>[]
}>

type Page = Readonly<{ name: string; document: string; readings: string; payoff: Payoff }>

const fenced = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, body]) => body!)

/** The pages that have a picture, in the order of their names. */
export const readPages = (): Page[] =>
  fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .toSorted((a, b) => a.localeCompare(b))
    .flatMap((name): Page[] => {
      const page = fs.readFileSync(join(folder, name), 'utf8')
      // Not shown to the reader: a comment of the page.
      const block = /^<!-- payoff\n([\s\S]*?)^-->$/m.exec(page)?.[1]
      if (block === undefined) return []
      const document = fenced(page, 'yaml').find((body) => body.includes('offtake: 1'))!
      return [{ name: name.slice(0, -3), document, readings: fenced(page, 'ndjson').join(''), payoff: parseYaml(block) as Payoff }]
    })

/** The value with `x` in its place: as many of what it counted, the decimal, or so many days later. */
const moved = (value: unknown, x: number, digits: number): unknown => {
  if (typeof value === 'number') return x
  if (typeof value !== 'string') throw new RangeError(`${JSON.stringify(value)} cannot be moved`)
  if (/^\d{4}-\d{2}-\d{2}T/.test(value))
    return Temporal.Instant.from(value)
      .add({ hours: 24 * x })
      .toString()
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return Temporal.PlainDate.from(value).add({ days: x }).toString()
  return x.toFixed(digits)
}

const atPointer = (document: unknown, pointer: string): { holder: Record<string, unknown>; key: string } => {
  const tokens = pointer.split('/').slice(1)
  const holder = tokens.slice(0, -1).reduce<unknown>((value, token) => (value as Record<string, unknown>)[token], document)
  return { holder: holder as Record<string, unknown>, key: tokens.at(-1)! }
}

const settledAt = ({ document, readings, payoff }: Page, x: number): Statement[] => {
  const { move, digits = 0, through } = payoff
  const terms = parseYaml(document) as unknown
  if (move.term !== undefined) {
    const { holder, key } = atPointer(terms, move.term)
    holder[key] = moved(holder[key], x, digits)
  }
  const lines = readings
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const reading = JSON.parse(line) as Record<string, unknown>
      return reading['id'] === move.reading ? { ...reading, [move.key!]: moved(reading[move.key!], x, digits) } : reading
    })
  const schedule = scheduleOfText(writeYaml(terms))
  return settleMonths(schedule, lines, { from: schedule.commencement.slice(0, 7), through })
}

const valueOf = (statements: readonly Statement[], { formulas, clause, payer, position }: Payoff['series'][number]): number => {
  if (position !== undefined) {
    const found = statements
      .at(-1)!
      .positions.filter((each) => each.measure === position && (clause === undefined || each.clause === clause))
    return found.reduce((sum, { value }) => {
      const [n, d = '1'] = value.split('/') as [string, string?]
      return sum + Number(n) / Number(d)
    }, 0)
  }
  const lines = statements.flatMap((each) => each.lines)
  return lines
    .filter((line) => (formulas === undefined || formulas.includes(line.formula)) && (clause === undefined || line.clause === clause))
    .reduce((sum, line) => sum + (payer === undefined || line.payer === payer ? 1 : -1) * Number(line.amount), 0)
}

const palette = ['#3D6CD3', '#C8801A', '#A52777', '#2A2E35', '#8F949C']

/** The picture, as SVG: the same bytes for the same page. */
export const draw = (page: Page): string => {
  const { payoff } = page
  const xs: number[] = []
  for (let i = 0; payoff.from + i * payoff.step <= payoff.to + 1e-9; i++) xs.push(Number((payoff.from + i * payoff.step).toFixed(9)))
  const settled = xs.map((x) => settledAt(page, x))
  const series = payoff.series.map((each) => ({
    name: each.name,
    points: settled.map((statements, i) => [xs[i]!, valueOf(statements, each)]),
  }))
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 320 })
  const text = { color: '#4A515C', fontFamily: 'Inter, sans-serif', fontSize: 12 }
  chart.setOption({
    animation: false,
    backgroundColor: '#FFFFFF',
    color: palette,
    title: { text: payoff.title, left: 12, top: 8, textStyle: { ...text, color: '#14171C', fontSize: 14, fontWeight: 600 } },
    legend:
      series.length > 1 ? { right: 24, top: 10, textStyle: text, icon: 'roundRect', itemWidth: 14, itemHeight: 4, itemGap: 32 } : undefined,
    grid: { left: 96, right: 44, top: 72, bottom: 52 },
    xAxis: {
      type: 'value',
      name: payoff.x,
      nameLocation: 'middle',
      nameGap: 30,
      min: payoff.from,
      max: payoff.to,
      nameTextStyle: text,
      axisLabel: text,
      splitLine: { show: false },
    },
    yAxis: {
      axisLine: { onZero: false, show: true, lineStyle: { color: '#4A515C' } },
      type: 'value',
      name: payoff.y,
      nameLocation: 'end',
      nameTextStyle: { ...text, align: 'left', padding: [0, 0, 4, -64] },
      axisLabel: text,
      splitLine: { lineStyle: { color: '#E1E4E9' } },
    },
    series: series.map(({ name, points }) => ({ type: 'line', name, data: points, showSymbol: false, lineStyle: { width: 2 } })),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  // Names that count how many charts this process has drawn.
  return `${svg.replaceAll(/zr\d+-/g, 'zr-')}\n`
}

/** Where the picture of a page lies. */
export const pictureOf = (name: string): string => join(folder, `${name}.svg`)

if (import.meta.main) for (const page of readPages()) fs.writeFileSync(pictureOf(page.name), draw(page))
