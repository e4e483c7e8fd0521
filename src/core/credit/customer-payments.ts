import { decimal, rational, roundHalfEven, times, total } from '../base/rational.ts'
import type { Month } from '../base/time.ts'
import { valuationOf, guaranteesOf, periodsOf } from './asc460.ts'
import { fiscalYearOfMonth } from './fiscal.ts'
import { isCapacityBought } from './flows.ts'
import { amountRow, type PackKind, type PackRow, type PackSource, type PackWork } from './pack.ts'
import { throughMonth } from './record.ts'
import type { RegisterRow } from './register.ts'
import { minorOf, reported } from './reporting.ts'

/** What was paid under a clause, by the fiscal year of the statement. */
const paidByYear = ({ records, asOf, portfolio, register }: PackWork, { agreement, clause }: RegisterRow) => {
  const record = records.find(({ schedule }) => schedule.agreement === agreement)!
  const { schedule, statements } = throughMonth(record, asOf)
  const months = statements.map(({ month, lines }) => ({
    month,
    amount: total(
      lines.filter((line) => line.clause === clause && line.payer === portfolio.guarantor).map(({ amount }) => decimal(amount)),
    ),
  }))
  return [...Map.groupBy(months, ({ month }) => fiscalYearOfMonth(portfolio.fiscalYear, month))].map(([year, of]) => ({
    year,
    minor: reported(register.reporting, total(of.map(({ amount }) => amount)), schedule.currency),
    span: { from: of[0]!.month, through: of.at(-1)!.month },
  }))
}

type Paid = Readonly<{ year: number; minor: bigint; span: Readonly<{ from: Month; through: Month }> }>

/** Minor units of what is paid that buy something distinct, at most at its fair value; the rest reduces revenue. */
const distinctOf = (
  { portfolio, treatment }: PackWork,
  row: RegisterRow,
  minor: bigint,
): Readonly<{ minor: bigint; source: PackSource }> => {
  const found = valuationOf(portfolio, row)
  const share = found?.valuation.fairValueShare
  if (treatment !== 'distinct')
    return { minor: 0n, source: { kind: 'worked', how: 'nothing distinct is received, by the treatment chosen' } }
  if (share === undefined)
    return { minor: 0n, source: { kind: 'worked', how: 'fair value not on record: all of it reduces revenue (606-10-32-26)' } }
  return {
    minor: roundHalfEven(times(decimal(share), rational(minor))),
    source: { kind: 'portfolio', pointer: `${found!.pointer}/fairValueShare` },
  }
}

const rowsOf = (work: PackWork, row: RegisterRow, { year, minor, span }: Paid): PackRow[] => {
  const distinct = distinctOf(work, row, minor)
  const label = `FY${year}`
  return [
    amountRow(row, 'Paid to the customer', minor, { kind: 'lines', clause: row.clause, ...span }, label),
    amountRow(row, 'Buys something distinct, at fair value', distinct.minor, distinct.source, label),
    amountRow(row, 'Reduces revenue', minor - distinct.minor, { kind: 'worked', how: 'paid less what buys something distinct' }, label),
  ]
}

/** Hardware sold to each counterparty by fiscal year, and what payments to it leave of the price. */
const priceRows = ({ portfolio, register }: PackWork, payments: readonly PackRow[], labels: readonly string[]): PackRow[] => {
  const sales = portfolio.hardware.flatMap(({ counterparty, on, amount }, i) => {
    const label = `FY${fiscalYearOfMonth(portfolio.fiscalYear, on.slice(0, 7))}`
    return on.slice(0, 7) <= register.asOf
      ? [{ counterparty, label, minor: minorOf(amount, portfolio.currency), pointer: `/hardware/${i}/amount` }]
      : []
  })
  const all = [...new Set([...sales.map(({ label }) => label), ...labels])].toSorted()
  return [...new Set(sales.map(({ counterparty }) => counterparty))].toSorted().flatMap((counterparty) =>
    all.flatMap((label): PackRow[] => {
      const sold = sales.filter((sale) => sale.counterparty === counterparty && sale.label === label)
      const reduced = payments.filter((row) => row.counterparty === counterparty && row.period === label && row.item === 'Reduces revenue')
      const [price, less] = [sold.reduce((sum, { minor }) => sum + minor, 0n), reduced.reduce((sum, { minor }) => sum + minor!, 0n)]
      if (price === 0n && less === 0n) return []
      const who = { instrument: '', counterparty }
      return [
        ...sold.map(({ minor, pointer }) => amountRow(who, 'Hardware sold', minor, { kind: 'portfolio', pointer }, label)),
        amountRow(
          who,
          'Hardware sold, less what reduces revenue',
          price - less,
          { kind: 'worked', how: 'hardware sold less payments that reduce revenue' },
          label,
        ),
      ]
    }),
  )
}

/** ASC 606-10-32-25 to 32-27: what a vendor pays its customer reduces revenue, unless it buys something distinct, and then above its fair value. */
export const customerPayments: PackKind = {
  pack: '606',
  title: 'ASC 606, consideration payable to a customer',
  treatments: [
    { id: 'not-distinct', word: 'Nothing distinct is received: all of it reduces revenue' },
    { id: 'distinct', word: 'A distinct good or service is received: up to its fair value a purchase, the rest reduces revenue' },
  ],
  undecided:
    'Whether capacity bought back is distinct, what its fair value is, which sale a payment belongs to and when (606-10-32-27) is for those who report to judge',
  make: (work) => {
    const bought = guaranteesOf(work).filter(isCapacityBought)
    const payments = bought.flatMap((row) =>
      paidByYear(work, row)
        .filter(({ minor }) => minor !== 0n)
        .flatMap((paid) => rowsOf(work, row, paid)),
    )
    const labels = periodsOf(work, bought).map(({ label }) => label)
    const missing =
      work.treatment === 'distinct'
        ? bought
            .filter((row) => valuationOf(work.portfolio, row)?.valuation.fairValueShare === undefined)
            .map(({ instrument }) => `${instrument}: no \`fairValueShare\` is on record under \`valuations\``)
        : []
    return { rows: [...payments, ...priceRows(work, payments, labels)], missing }
  },
}
