import { Option, type Command } from 'commander'
import { isMonth, monthOf, nextMonth } from '../core/base/time.ts'
import type { Statement } from '../core/statements/statement.ts'
import type { TermSource } from '../core/terms/agreement.ts'
import { grouped } from '../core/statements/figures.ts'
import { closePeriod, provisionalStatement, type CloseRequest } from '../server/app/close-period.ts'
import type { CloseRefusal } from '../server/app/draw-month.ts'
import { findSchedule } from '../server/app/find-schedule.ts'
import { makeReader } from '../server/app/read.ts'
import type { FoundStanding } from '../server/app/standing-of.ts'
import { listAgreements } from '../server/store/agreements.ts'
import { asSystem, type Store } from '../server/store/database.ts'
import { findFinalMonths } from '../server/store/statements.ts'
import { badInput, type Context } from './context.ts'
import { showStatement, type Shape } from './show-statement.ts'
import { writePapers, type Papers } from './statement-papers.ts'
import { withStore } from './with-store.ts'

/** Readings between two words of progress. */
const showEveryReadings = 100_000

type CloseOptions = Shape & Readonly<{ provisional?: boolean; through?: boolean }>
const json = () => new Option('--json', 'as canonical JSON').conflicts('csv')
const csv = () => new Option('--csv', 'its lines as CSV').conflicts('json')

/** `offtake close`, `offtake statement`, `offtake explain`: one month of one agreement. */
export const addPeriodCommands = (program: Command, context: Context): void => {
  const month = (name: string, description: string) =>
    program.command(name).description(description).argument('<agreement>').argument('<month>', 'such as 2026-10')
  month('close', 'settle a month for good and post it to both books; a month that is final is shown again')
    .addOption(new Option('--provisional', 'show it as it would be now, and write nothing').conflicts('through'))
    .option('--through', 'close the open months before it first, in order')
    .addOption(json())
    .addOption(csv())
    .action(async (agreement: string, name: string, options: CloseOptions) => {
      process.exitCode = await withStore(context, (store, now) => close(store, { agreement, month: name }, options, { ...context, now }))
    })
  month('statement', 'show the statement of a final month')
    .addOption(json())
    .addOption(csv())
    .option('--pdf <file>', 'write it as PDF as well')
    .option('--xlsx <file>', 'write it as a workbook as well')
    .action(async (agreement: string, name: string, options: Shape & Papers) => {
      process.exitCode = await withStore(context, (store) => show(store, { agreement, month: name }, options, context))
    })
  month('explain', 'unfold one line of a statement down to its facts')
    .argument('<line>', 'its number or key')
    .action(async (agreement: string, name: string, line: string) => {
      process.exitCode = await withStore(context, (store) => show(store, { agreement, month: name }, { explain: line }, context))
    })
}

type Which = Readonly<{ agreement: string; month: string }>

const sourcesOf = async (store: Store, agreement: string): Promise<readonly TermSource[]> =>
  (await asSystem(store.database, (tx) => findSchedule(tx, agreement)))?.sources ?? []

const refuse = ({ messages }: CloseRefusal, { say }: Context): number => {
  for (const message of messages) say(message)
  return badInput
}

const close = async (store: Store, which: Which, { provisional, through, ...shape }: CloseOptions, context: Context): Promise<number> => {
  let shown = 0
  const onRead = (readings: number): void => {
    // A number in words takes longer than a hundred readings.
    if (readings - shown < showEveryReadings) return
    shown = readings
    context.show(`${which.agreement} ${which.month}: ${readings.toLocaleString('en')} readings`)
  }
  const request = { ...which, now: context.now(), by: 'offtake close', onRead }
  if (provisional === true) {
    const answer = await provisionalStatement(store, request)
    if ('refusal' in answer) return refuse(answer.refusal, context)
    for (const sentence of answer.listed) context.say(sentence)
    if (answer.running) context.say(`${which.month} is not over: what is not read yet counts as unsold`)
    return showStatement(answer.statement, await sourcesOf(store, which.agreement), shape, context)
  }
  if (through === true) {
    const before = await closeBefore(store, request, context)
    if (before !== undefined) return before
  }
  const answer = await closePeriod(store, request)
  if (answer.kind === 'refused') return refuse(answer.refusal, context)
  const { id, statement } = answer.stored
  for (const sentence of answer.listed) context.say(sentence)
  context.say(
    answer.again ? `${which.agreement} ${which.month} was final already, on ${statement.finalOn} (${id})` : `closed and posted: ${id}`,
  )
  return showStatement(statement, await sourcesOf(store, which.agreement), shape, context)
}

/** Closes the open months before one, in order; an exit code where one of them cannot be. */
const closeBefore = async (store: Store, request: CloseRequest, context: Context): Promise<number | undefined> => {
  const { agreement } = request
  const { schedule, final } = await asSystem(store.database, async (tx) => ({
    schedule: await findSchedule(tx, agreement),
    final: (await findFinalMonths(tx, agreement)).at(-1)?.month,
  }))
  if (schedule === undefined || !isMonth(request.month)) return undefined
  let month = final === undefined ? monthOf(schedule.from, schedule.zone) : nextMonth(final)
  for (; month < request.month; month = nextMonth(month)) {
    const answer = await closePeriod(store, { ...request, month })
    if (answer.kind === 'refused') return refuse(answer.refusal, context)
    for (const sentence of answer.listed) context.say(sentence)
    context.say(`${agreement} ${month} closed and posted: ${answer.stored.id}`)
  }
  return undefined
}

/** Where a final statement stands, if not as it says itself. */
const standingInWords = ({ statement, standing }: Found): string[] => {
  const { month, currency, version } = statement
  const { status, correctedOn, totals } = standing
  const { payer, payee, amount } = totals.payable
  const payable = payer === null ? 'nothing is payable' : `${payer} pays ${payee} ${grouped(amount)} ${currency}`
  return [
    ...(status === 'provisional' ? [`${month} is provisional: version ${version}, which the parties have not both approved`] : []),
    ...(status === 'disputed'
      ? [
          `${month} is disputed: ${grouped(totals.guarantorHeld)} and ${grouped(totals.operatorHeld)} ${currency} are held (guarantor, operator); of the rest ${payable}`,
        ]
      : []),
    ...(correctedOn.length > 0 ? [`${month} is corrected on the statement of ${correctedOn.join(', ')}`] : []),
  ]
}

type Found = Readonly<{
  statement: Statement
  standing: Omit<FoundStanding, 'status'> & Readonly<{ status: FoundStanding['status'] | 'provisional' }>
}>

const show = async (store: Store, { agreement, month }: Which, shape: Shape & Papers, context: Context): Promise<number> => {
  const found = await makeReader(store, context.now).findStatement(agreement, month, undefined)
  if (found !== undefined) {
    for (const sentence of standingInWords(found)) context.say(sentence)
    const written = await writePapers(found, shape, context)
    if (written !== 0) return written
    return showStatement(found.statement, await sourcesOf(store, agreement), shape, context)
  }
  const { known, final } = await asSystem(store.database, async (tx) => ({
    known: (await listAgreements(tx)).map((each) => each.agreement),
    final: (await findFinalMonths(tx, agreement)).map((each) => each.month),
  }))
  if (!known.includes(agreement)) context.say(`no agreement ${agreement} is loaded; there is ${known.join(', ') || 'none'}`)
  else context.say(`${month} of ${agreement} is not final; these months are: ${final.join(', ') || 'none'}. offtake close closes one`)
  return badInput
}
