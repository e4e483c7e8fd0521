import type { ObjectShape, Schema, Shape } from '../terms/json-schema.ts'
import { limits } from '../terms/limits.ts'
import { source } from '../terms/shape.ts'
import { list, object, value, valueShapes, word } from '../terms/value-shapes.ts'
import { monthNames, weekdays } from './fiscal.ts'

const money = (description: string): Shape => value('decimal', description)
const date = (description: string): Shape => value('date', description)
const currency = (description: string): Shape => ({
  type: 'string',
  title: 'a currency of ISO 4217, such as `USD`',
  pattern: '^[A-Z]{3}$',
  description,
})

const fiscalYear: Shape = {
  title: '`calendar`, `yearEndsOn` a month and day, or `yearEndsOnLast` a weekday `of` a month',
  description: 'How the guarantor counts its years; each is named after the calendar year in which it ends.',
  default: 'calendar',
  oneOf: [
    { type: 'string', const: 'calendar', title: '`calendar`' },
    object(
      {
        yearEndsOn: {
          type: 'string',
          title: 'a month and day such as 06-30',
          pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$',
          description: 'Its last day; `02-29` is the last day of February.',
        },
      },
      ['yearEndsOn'],
    ),
    object(
      {
        yearEndsOnLast: word(weekdays, { description: 'Years of 52 or 53 weeks that end on the last of these days.' }),
        of: word(monthNames, { description: 'In this month.' }),
      },
      ['yearEndsOnLast', 'of'],
    ),
  ],
}

const rate: ObjectShape = object(
  {
    currency: currency('The other currency.'),
    rate: value('decimal', 'What one unit of it is worth in the reporting currency.'),
    on: date('The local date of the rate.'),
  },
  ['currency', 'rate', 'on'],
)

const counterparty: ObjectShape = object(
  {
    id: value('id', 'The party, as agreements name it.'),
    name: value('name', 'Name for people.'),
    rating: value('name', 'Credit rating, as the agency writes it.'),
    ratedBy: value('name', 'The agency.'),
    lossGivenDefault: value('share', 'The part of an exposure that is lost, should it default.'),
    cumulativeDefault: list(
      object(
        {
          years: {
            type: 'integer',
            title: 'a whole number of years from 1 to 50',
            minimum: 1,
            maximum: 50,
            description: 'From the date of the register.',
          },
          probability: value('share', 'That it defaults within these years.'),
        },
        ['years', 'probability'],
      ),
      50,
      { default: [], title: 'a list of `years` and `probability`', description: 'Probability of default, cumulative, in order of years.' },
    ),
  },
  ['id', 'name'],
)

const inTalks: ObjectShape = object(
  {
    agreement: value('id', 'One of `agreements`.'),
    through: date('The last local date of the talks; counted from the month after it. Without one, until this says otherwise.'),
  },
  ['agreement'],
)

const sale: ObjectShape = object(
  {
    counterparty: value('id', 'Who bought it.'),
    on: date('The local date of the sale.'),
    amount: money('Price, in the reporting currency.'),
  },
  ['counterparty', 'on', 'amount'],
)

const valuation: ObjectShape = object(
  {
    agreement: value('id', 'The agreement.'),
    clause: value('id', 'The clause of it.'),
    fairValueAtInception: money('Fair value of the stand-ready obligation on the day the clause began.'),
    fairValues: list(
      object({ on: date('The local date.'), amount: money('Fair value of the obligation then.') }, ['on', 'amount']),
      limits.steps,
      {
        default: [],
        title: 'a list of `on` and `amount`',
        description: 'Later fair values of the obligation, in order of time.',
      },
    ),
    fairValueShare: value('share', 'Of payments to the customer: the part that is the fair value of what is received for them.'),
  },
  ['agreement', 'clause'],
)

/** The portfolio, as JSON Schema: what editors complete, what documents are checked with, what is published. */
export const portfolioSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Offtake portfolio',
  description: 'What a guarantor holds together: its agreements, and what stands outside them. Decimals are strings.',
  ...object(
    {
      offtake: { type: 'integer', const: 1, title: '1', description: 'Version of this format.' },
      portfolio: value('id', 'Name of the portfolio.'),
      title: value('name', 'Name for people.'),
      guarantor: value('id', 'The party whose register it is, the guarantor of every agreement.'),
      fiscalYear,
      currency: currency('Reporting currency: everything is told in it.'),
      rates: list(rate, 200, { default: [], title: 'a list of rates', description: 'For agreements in other currencies.' }),
      agreements: list(value('id', 'An agreement on record.'), 1_000, {
        minItems: 1,
        uniqueItems: true,
        title: 'a list of agreements',
        description: 'What the register is made of.',
      }),
      inTalks: list(inTalks, 1_000, {
        default: [],
        title: 'a list of agreements in talks',
        description: 'Of these agreements, those that are written down and not signed: listed, and never counted.',
      }),
      counterparties: list(counterparty, limits.parties, {
        default: [],
        title: 'a list of counterparties',
        description: 'Names, ratings, and what loss is expected.',
      }),
      hardware: list(sale, 10_000, {
        default: [],
        title: 'a list of sales',
        description: 'Hardware sold to counterparties, outside all agreements.',
      }),
      valuations: list(valuation, limits.clauses, {
        default: [],
        title: 'a list of valuations',
        description: 'Fair values that accounting needs and no statement can say.',
      }),
      sources: list(source, limits.sources, { default: [], title: 'a list of sources', description: 'Where terms come from.' }),
    },
    ['offtake', 'portfolio', 'title', 'guarantor', 'currency', 'agreements'],
  ),
  $defs: valueShapes,
}
