import { InvalidArgumentError, Option, type Command } from 'commander'
import { canonical } from '../core/base/canonical.ts'
import { findingKinds } from '../core/claims/reason.ts'
import { gpuHoursExplained } from '../core/statements/figures.ts'
import { rational } from '../core/base/rational.ts'
import { decideFinding, type DecideAnswer } from '../server/app/decide-finding.ts'
import { findSchedule } from '../server/app/find-schedule.ts'
import { verifyClaim } from '../server/app/verify-claim.ts'
import { findDecisions, findFindings, findRun, type DecisionKind } from '../server/store/claims.ts'
import { readTelemetry } from '../server/keep-telemetry.ts'
import { asSystem, type Store } from '../server/store/database.ts'
import { claimsJson, claimsText } from './claims-text.ts'
import { badInput, type Context } from './context.ts'
import { withStore } from './with-store.ts'

type Options = Readonly<{ json?: boolean; last?: boolean; kind?: string; page: number; reason?: string }> &
  Readonly<Partial<Record<DecisionKind, string>>>
type Which = Readonly<{ agreement: string; month: string }>

/** Findings of a page. */
const pageFindings = 50
const pagesMax = 100_000

const pageOf = (text: string): number => {
  const page = Number(text)
  if (!Number.isInteger(page) || page < 1 || page > pagesMax)
    throw new InvalidArgumentError(`A page is a whole number from 1, not ${text}.`)
  return page
}

/** `offtake claims`: the claims of a month against their evidence, and decisions about what was found. */
export const addClaims = (program: Command, context: Context): void => {
  const decision = (flag: DecisionKind, does: string, ...others: DecisionKind[]) =>
    new Option(`--${flag} <finding>`, does).conflicts([...others, 'json', 'last', 'kind'])
  program
    .command('claims')
    .description('hold the claims of a month against readings and telemetry: what stands, what does not and why')
    .argument('<agreement>')
    .argument('<month>', 'such as 2026-10')
    .option('--json', 'as canonical JSON')
    .option('--last', 'show what was found the last time, and verify nothing')
    .addOption(new Option('--kind <kind>', 'findings of one kind only').choices(findingKinds))
    .option('--page <n>', `which ${pageFindings} findings are listed, the most money first`, pageOf, 1)
    .addOption(decision('confirm', 'confirm a finding: settlement follows', 'restore', 'ask'))
    .addOption(decision('restore', 'restore what a finding took off, and take back what a confirmation made', 'confirm', 'ask'))
    .addOption(decision('ask', 'put a finding to the operator', 'confirm', 'restore'))
    .option('--reason <text>', 'why it is decided so')
    .action(async (agreement: string, month: string, options: Options) => {
      process.exitCode = await withStore(context, (store, now) => run(store, { agreement, month }, options, { ...context, now }))
    })
}

const run = async (store: Store, which: Which, options: Options, context: Context): Promise<number> => {
  const decision = (['confirm', 'restore', 'ask'] as const).find((each) => options[each] !== undefined)
  if (decision !== undefined) return decide(store, which, decision, options, context)
  if (options.reason !== undefined) return refuse(context, ['--reason goes with --confirm, --restore or --ask'])
  if (options.last !== true) {
    const messages = await verify(store, which, context)
    if (messages.length > 0) return refuse(context, messages)
  }
  return show(store, which, options, context)
}

const refuse = ({ say }: Context, messages: readonly string[]): number => {
  for (const message of messages) say(message)
  return badInput
}

const verify = async (store: Store, which: Which, context: Context): Promise<readonly string[]> => {
  const telemetry = await readTelemetry(context, context.now)
  try {
    const answer = await verifyClaim(store, telemetry?.source, {
      ...which,
      now: context.now(),
      by: 'offtake claims',
      onRead: (readings) => context.show(`${which.agreement} ${which.month}: ${readings.toLocaleString('en')} readings`),
      onNode: (nodes) => {
        if (nodes % nodesShown === 0) context.show(`${which.agreement} ${which.month}: ${nodes.toLocaleString('en')} nodes`)
      },
    })
    return answer.kind === 'refused' ? answer.messages : []
  } finally {
    await telemetry?.close()
  }
}
/** Every so many nodes it is shown how far a run has come. */
const nodesShown = 500

const show = async (store: Store, { agreement, month }: Which, { json, kind, page }: Options, context: Context): Promise<number> => {
  const first = (page - 1) * pageFindings + 1
  const found = await asSystem(store.database, async (tx) => {
    const schedule = await findSchedule(tx, agreement)
    const latest = await findRun(tx, agreement, month)
    if (schedule === undefined || latest === undefined) return undefined
    const findings = await findFindings(tx, latest.run, { kind, offset: first - 1, limit: pageFindings })
    return { run: latest, findings, decisions: await findDecisions(tx, agreement, month), zone: schedule.zone, first }
  })
  if (found === undefined) return refuse(context, [`claims of ${agreement} in ${month} were never verified; without --last they are`])
  context.print(json === true ? `${canonical(claimsJson(found))}\n` : claimsText(found))
  return 0
}

const decide = async (store: Store, which: Which, decision: DecisionKind, options: Options, context: Context): Promise<number> => {
  const reason = options.reason ?? ''
  const answer = await decideFinding(store, {
    ...which,
    finding: options[decision]!,
    decision,
    reason,
    now: context.now(),
    by: 'offtake claims',
  })
  if (answer.kind === 'refused') return refuse(context, answer.messages)
  context.print(told(answer))
  for (const note of answer.notes) context.say(note)
  return 0
}

const told = ({ decision, finding }: Extract<DecideAnswer, { kind: 'decided' }>): string => {
  const { decision: what, readings, gpuSeconds } = decision
  const made =
    readings.length === 0
      ? 'no reading'
      : `${readings.length} reading${readings.length === 1 ? '' : 's'} of ${gpuHoursExplained(rational(gpuSeconds))} GPU-h`
  const verb = { confirm: 'confirmed', restore: 'restored', ask: 'put to the operator' }[what]
  return `${verb}: ${finding.id}, ${what === 'restore' ? `took back ${made}` : `made ${made}`}\n${finding.text}\n`
}
