import type { BlockId, ClauseId, PartyId } from '../src/core/base/id.ts'
import { decimal, toText } from '../src/core/base/rational.ts'
import type { AgreementRecord, RecordedLine, RecordedPosition, RecordedStatement } from '../src/core/credit/record.ts'
import type { Portfolio } from '../src/core/credit/portfolio.ts'
import type { Measured } from '../src/core/settlement/line.ts'
import type { PartyRole } from '../src/core/terms/agreement.ts'
import type { ResolvedClause, Schedule } from '../src/core/terms/schedule.ts'
import { endOfDate, startOfDate } from '../src/core/base/time.ts'
import { scheduleOf, shareOf, term2027 } from './world.ts'

/** Records for tests of the register, written down directly: clauses whose kind promises nothing by itself, and hand-made positions. */
const party = (id: string, role: PartyRole) => ({ id: id as PartyId, name: id, role })

/** A clause that states only what its positions say. `kind` stays one that there is; what it is called does not matter here. */
export const clauseOf = (
  id: string,
  payer: string,
  payee: string,
  from = '2027-01-01',
  through = '2031-12-31',
  blocks = ['a'],
): ResolvedClause => ({
  ...shareOf(term2027, { blocks }),
  id: id as ClauseId,
  payer: payer as PartyId,
  payee: payee as PartyId,
  from: startOfDate(from, 'UTC'),
  to: endOfDate(through, 'UTC'),
})

type Region = Readonly<{ id: string; region: string; gpus: number }>
export const agreementOf = (
  agreement: string,
  operator: string,
  clauses: readonly ResolvedClause[],
  blocks: readonly Region[] = [{ id: 'a', region: 'Batam', gpus: 100 }],
): Schedule => {
  const schedule = scheduleOf(
    term2027,
    clauses,
    blocks.map(({ id }) => id),
  )
  return {
    ...schedule,
    agreement: agreement as Schedule['agreement'],
    guarantor: party('nvidia', 'guarantor'),
    operator: party(operator, 'operator'),
    parties: [party('nvidia', 'guarantor'), party(operator, 'operator'), party('bank', 'lender'), party('landlord', 'landlord')],
    blocks: schedule.blocks.map((block, i) => ({
      ...block,
      id: blocks[i]!.id as BlockId,
      region: blocks[i]!.region,
      tranches: [{ id: 't' as never, gpus: blocks[i]!.gpus, due: '2027-01-01' }],
    })),
  }
}

export const positionOf = (
  clause: string,
  measure: Measured,
  value: string,
  more: Partial<Pick<RecordedPosition, 'of' | 'unit' | 'reasons'>> = {},
): RecordedPosition => ({
  clause: clause as ClauseId,
  by: 'nvidia' as PartyId,
  to: 'landlord' as PartyId,
  measure,
  of: more.of ?? null,
  value: toText(decimal(value)),
  unit: more.unit ?? 'major',
  reasons: more.reasons ?? [],
})

export const paidLine = (clause: string, payer: string, payee: string, amount: string): RecordedLine => ({
  key: `${clause}/x`,
  clause,
  formula: 'x',
  payer,
  payee,
  from: '2027-01-01T00:00:00Z',
  to: '2027-02-01T00:00:00Z',
  amount,
})

export const statementOf = (
  agreement: string,
  month: string,
  positions: readonly RecordedPosition[],
  lines: readonly RecordedLine[] = [],
): RecordedStatement => ({ id: `${agreement}-${month}`, month, positions, lines, closing: {} })

export const recordOf = (schedule: Schedule, statements: readonly RecordedStatement[]): AgreementRecord => ({ schedule, statements })

export const portfolioOf = (more: Partial<Portfolio> = {}): Portfolio => ({
  offtake: 1,
  portfolio: 'test',
  title: 'Test',
  guarantor: 'nvidia',
  fiscalYear: { yearEndsOnLast: 'sunday', of: 'january' },
  currency: 'USD',
  rates: [],
  agreements: ['one'],
  inTalks: [],
  counterparties: [],
  hardware: [],
  valuations: [],
  sources: [],
  ...more,
})

export const dollars = { currency: 'USD', rates: new Map() } as const
