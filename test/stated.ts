import fc from 'fast-check'
import { minorDigits } from '../src/core/base/currency.ts'
import type { ClauseId, PartyId } from '../src/core/base/id.ts'
import { fixed } from '../src/core/base/rational.ts'
import { formatInstant, monthInterval } from '../src/core/base/time.ts'
import type { Formula } from '../src/core/settlement/line.ts'
import type { Statement, StatementLine } from '../src/core/statements/statement.ts'

/** Statements written down directly, with no terms and no facts: what posting and rendering read of one. */
export const guarantor = 'nvidia' as PartyId
export const operator = 'sharon-ai' as PartyId

/** One line in words: its formula, who pays, and minor units. */
export type Owed = Readonly<{ formula: Formula; payer: string; minor: bigint }>

export const backstopFormulas = ['backstop', 'called', 'called-over-cap'] as const
export const shareFormulas = ['share', 'share-base', 'recoupment'] as const
export const unpaidFormulas = ['over-cap', 'ineligible'] as const

const amounts = fc.oneof(fc.constant(0n), fc.bigInt({ min: -1_000n, max: 1_000n }), fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }))

/** Credits, zeros and ties included; what is never paid is always zero. */
export const anyOwed: fc.Arbitrary<Owed> = fc.oneof(
  fc.record({ formula: fc.constantFrom<Formula>(...backstopFormulas), payer: fc.constant(guarantor), minor: amounts }),
  fc.record({ formula: fc.constantFrom<Formula>(...shareFormulas), payer: fc.constant(operator), minor: amounts }),
  fc.record({ formula: fc.constantFrom<Formula>(...unpaidFormulas), payer: fc.constant(guarantor), minor: fc.constant(0n) }),
)

export type Sketch = Readonly<{ agreement: string; month: string; currency: string; netting: boolean; owed: readonly Owed[] }>

export const anySketch: fc.Arbitrary<Sketch> = fc.record({
  agreement: fc.constantFrom('sharon-ai', 'second.deal_2'),
  month: fc.constantFrom('2027-09', '2027-10', '2028-02', '2027-12'),
  currency: fc.constantFrom('USD', 'JPY', 'BHD'),
  netting: fc.boolean(),
  owed: fc.array(anyOwed, { maxLength: 8 }),
})

/** One statement of each month of each agreement. */
export const anySketches = fc.uniqueArray(anySketch, { selector: ({ agreement, month }) => `${agreement} ${month}`, maxLength: 6 })

export const owedBy = ({ owed }: Sketch, payer: string): bigint =>
  owed.reduce((sum, line) => (line.payer === payer ? sum + line.minor : sum), 0n)

export const lineOf = (number: number, line: Partial<StatementLine>): StatementLine => ({
  key: `clause/backstop/a/2027-09/1/${number}`,
  clause: 'clause' as ClauseId,
  formula: 'backstop',
  from: '2027-09-01T00:00:00Z',
  to: '2027-10-01T00:00:00Z',
  version: 1,
  contractYear: 1,
  payer: guarantor,
  payee: line.payer === operator ? guarantor : operator,
  quantity: '0',
  quantityUnit: 'gpu-seconds',
  rate: '0',
  rateUnit: 'none',
  exact: '0',
  reasons: [],
  number,
  text: `Line ${number}`,
  block: null,
  reason: null,
  amount: '0.00',
  ...line,
})

const noNet = { payer: null, payee: null, amount: '0.00' }
export const noTotals: Statement['totals'] = {
  guarantorPays: '0.00',
  operatorPays: '0.00',
  guarantorHeld: '0.00',
  operatorHeld: '0.00',
  net: noNet,
  payable: noNet,
  netting: true,
  others: [],
}

/** A final statement around the parts that a test is about. */
export const statementOf = (parts: Partial<Statement>): Statement => {
  const { month = '2027-09', zone = 'Australia/Sydney' } = parts
  const { from, to } = monthInterval(month, zone)
  const none = { accepted: '0', planned: '0', unavailable: '0', sold: '0', called: '0', unsold: '0' }
  return {
    offtake: 1,
    agreement: 'sharon-ai',
    title: 'Sharon AI, 40,000 GB300',
    month,
    from: formatInstant(from),
    to: formatInstant(to),
    hours: String((to - from) / 3600),
    zone,
    currency: 'USD',
    guarantor: { id: guarantor, name: 'NVIDIA' },
    operator: { id: operator, name: 'Sharon AI' },
    parties: [
      { id: guarantor, name: 'NVIDIA', role: 'guarantor' },
      { id: operator, name: 'Sharon AI', role: 'operator' },
    ],
    version: 1,
    status: 'final',
    finalOn: '2027-10-05',
    dueOn: '2027-10-29',
    lines: [],
    totals: noTotals,
    positions: [],
    waterfall: { ...none, claimed: '0', ineligible: '0', overCap: '0', paid: '0' },
    series: { edges: [], blocks: [] },
    terms: [{ version: 1, hash: 'b'.repeat(64) }],
    evidence: [],
    factsHash: 'f'.repeat(64),
    settledAgain: [],
    opening: {},
    closing: {},
    ...parts,
  }
}

/** The statement of a sketch. Its totals are added up here, not by the code under test. */
export const statementOfSketch = (sketch: Sketch): Statement => {
  const { agreement, month, currency, netting, owed } = sketch
  const text = (minor: bigint) => fixed(minor, minorDigits(currency)!)
  const [fromGuarantor, fromOperator] = [owedBy(sketch, guarantor), owedBy(sketch, operator)]
  const net = fromGuarantor - fromOperator
  const netTotal = {
    payer: net > 0n ? guarantor : net < 0n ? operator : null,
    payee: net > 0n ? operator : net < 0n ? guarantor : null,
    amount: text(net < 0n ? -net : net),
  }
  return statementOf({
    agreement,
    month,
    currency,
    lines: owed.map(({ formula, payer, minor }, i) =>
      lineOf(i + 1, { key: `c/${formula}/a/${month}/1/${i}`, formula, payer: payer as PartyId, amount: text(minor) }),
    ),
    totals: {
      guarantorPays: text(fromGuarantor),
      operatorPays: text(fromOperator),
      guarantorHeld: text(0n),
      operatorHeld: text(0n),
      net: netTotal,
      payable: netTotal,
      netting,
      others: [],
    },
  })
}
