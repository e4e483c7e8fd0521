import { dayCounts } from '../base/day-count.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import { ref, type ObjectShape, type Shape } from '../terms/json-schema.ts'
import { limits } from '../terms/limits.ts'
import { list, object, value, word } from '../terms/value-shapes.ts'
import { cashSteps } from './debt-terms.ts'

const whole = (minimum: number, maximum: number, description: string): Shape => ({
  type: 'integer',
  title: `a whole number from ${minimum} to ${maximum}`,
  minimum,
  maximum,
  description,
})

const interest: ObjectShape = {
  ...object(
    {
      fixed: value('scheduledShare', 'Rate a year. A step counts from its date, inside a period too.'),
      index: value('id', 'Name of the index; a period takes its last value on or before the first date of the period.'),
      margin: value('scheduledShare', 'Added to the index, a year. Default: none.'),
      floor: value('share', 'The index counts no less than this. Default: 0.'),
      lagDays: whole(0, 366, 'The index is read so many days before the period begins. Default: 0.'),
      dayCount: word(dayCounts, { description: 'How days become a part of a year.' }),
    },
    ['dayCount'],
  ),
  oneOf: [{ required: ['fixed'] }, { required: ['index'] }],
  description: 'What the loan bears, on the balance of each day.',
}

const repayment: ObjectShape = {
  ...object(
    {
      date: value('date', 'Last local date of a period of the clause.'),
      amount: value('decimal', 'Repaid on that date, in major units.'),
      share: value('share', 'Repaid on that date, of what was drawn by then; all shares add up to 1.'),
    },
    ['date'],
  ),
  oneOf: [{ required: ['amount'] }, { required: ['share'] }],
}

const scheduledRepayment: ObjectShape = object(
  {
    scheduled: list(repayment, limits.steps, {
      minItems: 1,
      title: 'a list of repayments',
      description: 'Repayments by date; what is left is due when the loan matures.',
    }),
  },
  ['scheduled'],
)

const sculptedRepayment: ObjectShape = object(
  {
    sculpted: {
      ...object({ dscr: value('decimal', 'Forecast CFADS over debt service, the same in every period; 1 or more.') }, ['dscr']),
      description: 'Repayments that follow the forecast: CFADS / DSCR less the interest of the period.',
    },
  },
  ['sculpted'],
)

const forecast: ObjectShape = object(
  {
    from: value('date', 'First local date that the amount is for.'),
    through: value('date', 'Last local date that the amount is for, included.'),
    amount: value('decimal', 'Cash available for debt service, in major units, spread evenly by the second.'),
  },
  ['from', 'through', 'amount'],
)

const dsra: ObjectShape = {
  ...object(
    {
      share: value('share', 'Part of the debt service ahead that the account should hold.'),
      months: whole(1, 60, 'How many months ahead count: a whole number of periods.'),
    },
    ['share', 'months'],
  ),
  description: 'Debt service reserve account. Default: none.',
}

const coverLevels: ObjectShape = object(
  {
    dscr: value('decimal', 'Least debt service cover: CFADS / (interest and principal due) of the period.'),
    llcr: value('decimal', 'Least loan life cover: present value of forecast CFADS until the loan matures / balance.'),
    plcr: value('decimal', 'Least project life cover: present value of all forecast CFADS ahead / balance.'),
  },
  [],
)

/** `debt-facility`, as it is written. */
export const debtShape = clauseShape({
  kind: 'debt-facility',
  description: 'The borrower repays what it draws, with interest.',
  covers: 'none',
  properties: {
    commitment: value('decimal', 'Most that may be drawn altogether, in major units.'),
    availableFrom: value('date', "First local date of a draw. Default: the clause's."),
    availableThrough: value('date', "Last local date of a draw, included. Default: the clause's."),
    interest: ref('loanInterest'),
    compounding: {
      type: 'boolean',
      title: '`true` or `false`',
      default: false,
      description: 'Whether unpaid interest bears interest itself.',
    },
    amortisation: {
      title: '`bullet`, or a map with `scheduled` or `sculpted`',
      description: 'When it is repaid; under `bullet` all when it matures, on the last date of the clause.',
      oneOf: [{ type: 'string', const: 'bullet', title: '`bullet`' }, ref('scheduledRepayment'), ref('sculptedRepayment')],
    },
    forecast: list(ref('cashForecast'), limits.steps, {
      default: [],
      title: 'a list of amounts, each with `from` and `through`',
      description: 'Cash available for debt service (CFADS), as forecast, with no hole; until the end of the project.',
    }),
    waterfall: list(word(cashSteps, { description: 'What cash is paid for.' }), cashSteps.length, {
      minItems: 3,
      uniqueItems: true,
      title: `a list of ${cashSteps.map((step) => `\`${step}\``).join(', ')}`,
      description: 'What cash pays, in this order, `distributions` last. Default: all that is due is payable, whatever the cash.',
    }),
    dsra: ref('debtReserve'),
    lockUp: ref('coverLevels', { description: 'Below any of these nothing is distributed: the cash stays. Default: none.' }),
    defaultTest: ref('coverLevels', { description: 'Below any of these the statement says so. Default: none.' }),
  },
  required: ['commitment', 'interest', 'amortisation'],
})
export const debtShapes: Readonly<Record<string, ObjectShape>> = {
  loanInterest: interest,
  scheduledRepayment,
  sculptedRepayment,
  cashForecast: forecast,
  debtReserve: dsra,
  coverLevels,
}
