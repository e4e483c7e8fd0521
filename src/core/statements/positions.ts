import { fromText, toFixed } from '../base/rational.ts'
import { amountInTables, countInTables, figure, gpuHoursInTables, percent } from './figures.ts'
import type { Statement } from './statement.ts'
import { textTable, type Column } from './text-table.ts'

const ratios = new Set<string>(['dscr', 'llcr', 'plcr'])
const letters = new Set<string>([...ratios, 'cfads'])
const ratioDigits = 3

/** `cap-left` is cap left; ratios and cash are known by their letters. */
export const measureText = (measure: string): string => (letters.has(measure) ? measure.toUpperCase() : measure.replaceAll('-', ' '))

/** A value and what it is counted in, as tables show them; a cover ratio is so many times. */
export const positionFigure = (
  { measure, value, unit }: Readonly<Record<'measure' | 'value' | 'unit', string>>,
  currency: string,
): [value: string, unit: string] => {
  const exact = fromText(value)
  if (ratios.has(measure)) return [toFixed(exact, ratioDigits), '×']
  switch (unit) {
    case 'major':
      return [figure(amountInTables(exact, currency)), currency]
    case 'gpu-seconds':
      return [figure(gpuHoursInTables(exact)), 'GPU-h']
    case 'rate': {
      const { text, unit: percentUnit } = percent(exact)
      return [figure(text), percentUnit]
    }
    default:
      return [figure(countInTables(exact)), unit]
  }
}

const columns: readonly Column[] = [
  { head: 'Clause', ends: 'left' },
  { head: 'By', ends: 'left' },
  { head: 'To', ends: 'left' },
  { head: 'What', ends: 'left' },
  { head: 'Of', ends: 'left' },
  { head: 'Value', ends: 'right' },
  { head: '', ends: 'left' },
]

/** Where clauses stand when the month ends, as a table in plain text; nothing where no clause stands anywhere. */
export const positionTable = ({ positions, parties, currency }: Pick<Statement, 'positions' | 'parties' | 'currency'>): string[] => {
  if (positions.length === 0) return []
  const nameOf = (id: string) => parties.find((party) => party.id === id)?.name ?? id
  const rows = positions.map((position) => {
    const { clause, by, to, measure, of } = position
    return [clause, nameOf(by), nameOf(to), measureText(measure), of ?? '–', ...positionFigure(position, currency)]
  })
  return ['Where clauses stand at the end of the month', '', ...textTable(columns, rows)]
}
