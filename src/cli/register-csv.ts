import { csv, numberCell, textCell } from '../core/statements/csv.ts'
import type { Pack } from '../core/credit/pack.ts'
import { amounts } from '../core/credit/register.ts'
import type { RegisterReport } from '../core/credit/report.ts'
import { shown } from '../core/credit/reporting.ts'
import { sourceText } from './register-text.ts'

/** The rows of a register, one a record; amounts that a clause does not state are empty. */
export const registerCsv = ({ register: { rows, asOf, reporting } }: RegisterReport): string => {
  const { currency } = reporting
  const texts = [
    'as_of',
    'instrument',
    'kind',
    'side',
    'counterparty',
    'beneficiary',
    'lender',
    'regions',
    'status',
    'from',
    'through',
    'statement',
  ]
  return csv(
    [...texts, 'currency', ...amounts.map((amount) => amount.replaceAll('-', '_'))],
    rows.map((row) => [
      ...[asOf, row.instrument, row.kind, row.side, row.counterparty, row.beneficiary, row.lender ?? ''].map(textCell),
      textCell(row.regions.map(({ region }) => region).join('; ')),
      ...[row.status, row.from, row.through, row.restsOn?.statement ?? '', currency].map(textCell),
      ...amounts.map((amount) => numberCell(row.amounts[amount] === undefined ? '' : shown(row.amounts[amount], currency))),
    ]),
  )
}

/** The rows of a pack, one a record. */
export const packCsv = ({ pack, asOf, currency, treatment, rows }: Pack): string =>
  csv(
    ['pack', 'treatment', 'as_of', 'instrument', 'counterparty', 'period', 'item', 'amount', 'currency', 'value', 'source'],
    rows.map(({ instrument, counterparty, period, item, minor, value, source }) => [
      ...[pack, treatment.id, asOf, instrument, counterparty, period, item].map(textCell),
      numberCell(minor === undefined ? '' : shown(minor, currency)),
      ...[minor === undefined ? '' : currency, value, sourceText(source)].map(textCell),
    ]),
  )
