import { Option, type Command } from 'commander'
import { canonical, type Json } from '../core/base/canonical.ts'
import { rational } from '../core/base/rational.ts'
import { gpuHoursExplained, grouped } from '../core/statements/figures.ts'
import { textTable, type Column } from '../core/statements/text-table.ts'
import { reconcileMonth, type ReconcileAnswer } from '../server/app/reconcile.ts'
import { badInput, type Context } from './context.ts'
import { withStore } from './with-store.ts'

type Drawn = Extract<ReconcileAnswer, { kind: 'drawn' }>

/** Rows that are printed; `--json` has all. */
const rowsShownMax = 200

/** `offtake reconcile`: what sources say differently of the same GPUs. */
export const addReconcile = (program: Command, context: Context): void => {
  program
    .command('reconcile')
    .description('list and size what the sources of a month say differently of the same GPUs')
    .argument('<agreement>')
    .argument('<month>', 'such as 2026-10')
    .addOption(new Option('--json', 'as canonical JSON'))
    .action(async (agreement: string, month: string, { json }: Readonly<{ json?: boolean }>) => {
      process.exitCode = await withStore(context, async (store) => {
        const answer = await reconcileMonth(store, { agreement, month })
        if (answer.kind === 'drawn') context.print(json === true ? `${canonical(toJson(answer))}\n` : toText(answer))
        else for (const message of answer.messages) context.say(message)
        return answer.kind === 'drawn' ? 0 : badInput
      })
    })
}

const toJson = ({ zone, disagreements, soldButDown }: Drawn): Json => ({
  zone,
  disagreements: disagreements.map(({ counted, ...rest }) => ({ ...rest, counted: [...counted] })),
  soldButDown: soldButDown.map((each) => ({ ...each })),
})

const left = (head: string): Column => ({ head, ends: 'left' })
const right = (head: string): Column => ({ head, ends: 'right' })
const hours = (gpuSeconds: number): string => grouped(gpuHoursExplained(rational(gpuSeconds)))

const toText = ({ zone, disagreements, soldButDown }: Drawn): string => {
  const columns = [
    left('Day'),
    left('Of'),
    left('In'),
    left('Source'),
    right('Says more, GPU-h'),
    right('Says less, GPU-h'),
    left('Counted'),
  ]
  const rows = disagreements
    .slice(0, rowsShownMax)
    .map(({ date, subject, where, source, more, less, counted }) => [
      date,
      subject,
      where,
      source,
      hours(more),
      hours(less),
      counted.join(', '),
    ])
  const sizes = textTable(
    [left('Block'), right('Sold but down, GPU-h')],
    soldButDown.map(({ block, gpuSeconds }) => [block, hours(gpuSeconds)]),
  )
  return [
    `Days are local days of ${zone}.`,
    ...(rows.length === 0 ? ['No source says anything else than the one whose word counts.'] : textTable(columns, rows)),
    ...(disagreements.length > rowsShownMax ? [`and ${disagreements.length - rowsShownMax} more, which --json has`] : []),
    ...(soldButDown.length === 0
      ? []
      : ['', ...sizes, 'The scheduler has these sold and the health has them down: the terms go by the health.']),
    '',
  ].join('\n')
}
