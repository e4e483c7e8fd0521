import { z } from 'zod'
import { Amount, LocalDate, list, Month } from './scalars.ts'

const Currency = z.string().regex(/^[A-Z]{3}$/)
const Account = z
  .string()
  .meta({ description: 'a path below assets, liabilities, equity, income or expenses: `assets:receivable:sharon-ai`' })
const SignedAmount = Amount.meta({ description: 'decimal string at the minor unit; a debit is positive, a credit negative' })

export const BooksShape = z
  .object({
    books: list(
      z.object({
        book: z.string().meta({ description: 'the party whose book it is' }),
        name: z.string(),
        journals: z.int(),
        first: LocalDate,
        last: LocalDate,
        currencies: list(Currency),
      }),
    ),
  })
  .meta({ id: 'Books' })

const balance = { opening: SignedAmount, debit: Amount, credit: Amount, closing: SignedAmount }

export const TrialBalanceShape = z
  .object({
    book: z.string(),
    from: LocalDate.nullable().meta({ description: 'null: from the first journal' }),
    through: LocalDate.nullable().meta({ description: 'included; null: to the last journal' }),
    sections: list(
      z.object({
        currency: Currency,
        rows: list(z.object({ account: Account, ...balance })),
        total: z.object(balance).meta({ description: 'opening and closing are zero, debits equal credits; checked before it was sent' }),
      }),
    ),
  })
  .meta({ id: 'TrialBalance' })

const source = {
  agreement: z.string(),
  month: Month,
  statementVersion: z.int(),
  step: z.string().meta({ description: 'accrual, netting, and such; with whom where it is neither guarantor nor operator' }),
}

const entry = {
  journal: z.string(),
  position: z.int(),
  date: LocalDate,
  period: Month,
  narration: z.string(),
  ...source,
  account: Account,
  amount: SignedAmount,
  currency: Currency,
  line: z
    .int()
    .nullable()
    .meta({ description: 'number of the line of the statement that it comes from; null where it comes from no single one' }),
  text: z.string(),
}

const balances = list(z.object({ currency: Currency, amount: SignedAmount }))

export const RegisterShape = z
  .object({
    book: z.string(),
    account: Account,
    from: LocalDate.nullable(),
    through: LocalDate.nullable(),
    opening: balances.meta({ description: 'before the first entry of this page' }),
    rows: list(z.object({ ...entry, balance: SignedAmount.meta({ description: 'after it, in its currency' }) })),
    closing: balances.meta({ description: 'at the end of the span, whatever the page' }),
    next: z.string().nullable(),
  })
  .meta({ id: 'AccountRegister' })

const head = {
  id: z.string(),
  book: z.string(),
  date: LocalDate,
  period: Month,
  narration: z.string(),
  ...source,
  entries: z.int(),
  moved: balances.meta({ description: 'its debits, which equal its credits' }),
}

export const JournalsShape = z
  .object({ book: z.string(), journals: list(z.object(head)), next: z.string().nullable() })
  .meta({ id: 'Journals' })

export const JournalShape = z
  .object({
    ...head,
    lines: list(z.object(entry)),
  })
  .meta({ id: 'Journal' })

export type BooksWire = z.infer<typeof BooksShape>
export type TrialBalanceWire = z.infer<typeof TrialBalanceShape>
export type RegisterWire = z.infer<typeof RegisterShape>
export type JournalsWire = z.infer<typeof JournalsShape>
export type JournalWire = z.infer<typeof JournalShape>
