import { Option, type Command } from 'commander'
import { canonical, type Json } from '../core/base/canonical.ts'
import { compare, nought, over, rational, times, toFixed, type Rational } from '../core/base/rational.ts'
import type { CashSplit, Headroom } from '../core/credit/cover.ts'
import { ratioText } from '../core/credit/report.ts'
import { amountInTables, figure } from '../core/statements/figures.ts'
import { printable, textTable, type Column, type Row } from '../core/statements/text-table.ts'
import { drawCover, type CoverAnswer } from '../server/app/cover.ts'
import { badInput, type Context } from './context.ts'
import { withStore } from './with-store.ts'

type Options = Readonly<{ asOf?: string; json?: boolean }>
type Drawn = Extract<CoverAnswer, { kind: 'drawn' }>

/** `offtake cover`: where an operator's cash comes from, and how far its debt is from its covenants. */
export const addCover = (program: Command, context: Context): void => {
  program
    .command('cover')
    .description('show contracted, backstopped and merchant cash, cover ratios and covenant headroom, month by month')
    .argument('<agreement>')
    .option('--as-of <yyyy-mm>', 'through this month; without it all that is final')
    .addOption(new Option('--json', 'as canonical JSON'))
    .action(async (agreement: string, { asOf, json }: Options) => {
      process.exitCode = await withStore(context, async (store) => {
        const answer = await drawCover(store, { agreement, asOf })
        if (answer.kind === 'drawn') context.print(json === true ? `${canonical(coverJson(answer))}\n` : coverText(answer))
        else for (const message of answer.messages) context.say(message)
        return answer.kind === 'drawn' ? 0 : badInput
      })
    })
}

const left = (head: string): Column => ({ head, ends: 'left' })
const right = (head: string): Column => ({ head, ends: 'right' })
const partOf = (part: Rational, whole: Rational): string =>
  compare(whole, nought) > 0 ? `${toFixed(times(over(part, whole), rational(100)), 1)} %` : ''

const isThere = ({ contracted, backstopped, merchant }: CashSplit): boolean =>
  [contracted, backstopped, merchant].some((part) => compare(part, nought) !== 0)

const splitTable = (split: readonly CashSplit[], currency: string): string[] =>
  textTable(
    ['Contracted', '', 'Backstopped', '', 'Merchant', '', 'Total'].map(right).toSpliced(0, 0, left('Month')),
    split.map(({ month, contracted, backstopped, merchant, total }): Row => {
      const cells = [contracted, backstopped, merchant].flatMap((part) => [figure(amountInTables(part, currency)), partOf(part, total)])
      return [month, ...cells, figure(amountInTables(total, currency))]
    }),
  )

const headroomTable = (headroom: readonly Headroom[]): string[] =>
  textTable(
    [
      left('Month'),
      left('Facility'),
      left('Ratio'),
      left('Level'),
      right('Least'),
      right('Is'),
      right('Headroom'),
      right('Cash may fall by'),
      left(''),
    ],
    headroom.map(({ month, clause, ratio, level, least, value, headroom: room, cushion, met }): Row => [
      month,
      clause,
      ratio.toUpperCase(),
      level,
      toFixed(least, 2),
      toFixed(value, 4),
      toFixed(room, 4),
      cushion === undefined ? '' : partOf(cushion, rational(1)),
      met ? '' : 'broken',
    ]),
  )

const coverText = ({ title, currency, split, cover, headroom }: Drawn): string => {
  const ratio = (value: Rational | undefined) => (value === undefined ? '' : toFixed(value, 4))
  const money = (value: Rational | undefined) => (value === undefined ? '' : figure(amountInTables(value, currency)))
  const ratios = cover.map(({ month, clause, of, dscr, llcr, plcr, cfads, debtService, balance, reserve }): Row => [
    month,
    of === null ? clause : `${clause} ${of}`,
    ...[cfads, debtService, balance, reserve].map(money),
    ...[dscr, llcr, plcr].map(ratio),
  ])
  const table = (name: string, rows: readonly string[]) => [name, '', ...rows.map((row) => row.trimEnd()), '']
  return [
    `${printable(title)}, in ${currency}`,
    '',
    ...(split.some(isThere)
      ? table('Cash', splitTable(split, currency))
      : ['No capacity is sold under this agreement, and none is backstopped.', '']),
    ...(cover.length === 0
      ? ['No facility states a ratio.', '']
      : table(
          'Cover',
          textTable(
            [left('Month'), left('Facility'), ...['CFADS', 'Debt service', 'Balance', 'Reserve', 'DSCR', 'LLCR', 'PLCR'].map(right)],
            ratios,
          ),
        )),
    ...(headroom.length === 0 ? [] : table('Headroom', headroomTable(headroom))),
  ].join('\n')
}

const coverJson = ({ title, currency, split, cover, headroom }: Drawn): Json => {
  const texts = (values: Readonly<Record<string, unknown>>): Json =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]): [string, Json] => [
        name,
        typeof value === 'object' && value !== null ? ratioText(value as Rational) : ((value ?? null) as Json),
      ]),
    )
  const money = ({ month, ...amounts }: CashSplit): Json => ({
    month,
    ...Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, amountInTables(amount, currency)])),
  })
  return { offtake: 1, title, currency, cash: split.map(money), cover: cover.map(texts), headroom: headroom.map(texts) }
}
