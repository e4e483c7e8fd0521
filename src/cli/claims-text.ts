import type { Json } from '../core/base/canonical.ts'
import { formatMoney, money } from '../core/base/money.ts'
import { rational } from '../core/base/rational.ts'
import { formatInstant, formatLocal } from '../core/base/time.ts'
import { reasons } from '../core/claims/reason.ts'
import { gpuHoursExplained, gpuHoursInTables, grouped } from '../core/statements/figures.ts'
import { printable, textTable, type Column } from '../core/statements/text-table.ts'
import type { ClaimRun, Decision, StoredFinding } from '../server/store/claims.ts'

/** A run with a page of its findings, and what was decided about them. */
export type ShownRun = Readonly<{
  run: ClaimRun
  findings: readonly StoredFinding[]
  decisions: readonly Decision[]
  zone: string
  first: number
}>

const left = (head: string): Column => ({ head, ends: 'left' })
const right = (head: string): Column => ({ head, ends: 'right' })
const hours = (gpuSeconds: number): string => grouped(gpuHoursInTables(rational(gpuSeconds)))
const exactHours = (gpuSeconds: number): string => grouped(gpuHoursExplained(rational(gpuSeconds)))
const amount = (minor: bigint | undefined, currency: string): string =>
  minor === undefined ? '–' : grouped(formatMoney(money(minor, currency)))

const sums = ({ summary: { blocks } }: ClaimRun): string[] =>
  textTable(
    [left('Block'), left('Claimed by'), right('Claimed, GPU-h'), right('Eligible'), right('Rejected'), right('Unproven')],
    blocks.map(({ block, basis, claimed, eligible, rejected, unproven }) => [
      block,
      basis === 'claims' ? 'readings' : 'what is unsold',
      hours(claimed),
      hours(eligible),
      hours(rejected),
      hours(unproven),
    ]),
  )

const byReason = ({ summary: { blocks, currency } }: ClaimRun): string[] => {
  const rows = reasons.flatMap((reason) => {
    const all = blocks.flatMap((block) => block.reasons.filter((each) => each.reason === reason))
    const add = (of: (each: (typeof all)[number]) => number) => all.reduce((sum, each) => sum + of(each), 0)
    const found = add(({ findings }) => findings)
    if (found === 0 && add(({ alone }) => alone) === 0) return []
    const minor = all.reduce((sum, each) => sum + each.minor, 0n)
    return [[reason, hours(add(({ gpuSeconds }) => gpuSeconds)), hours(add(({ alone }) => alone)), amount(minor, currency), `${found}`]]
  })
  if (rows.length === 0) return ['Everything that is claimed stands.']
  return textTable([left('Reason, in order of precedence'), right('GPU-h'), right('Alone'), right(currency), right('Findings')], rows)
}

const besides = ({ summary: { beside, currency } }: ClaimRun): string[] =>
  beside.length === 0
    ? []
    : [
        '',
        ...textTable(
          [left('Beside the claims'), right('GPU-h'), right(currency), right('Findings')],
          beside.map(({ kind, gpuSeconds, minor, findings }) => [kind, hours(gpuSeconds), amount(minor, currency), `${findings}`]),
        ),
      ]

/** What every reader has to know of what could not be looked at. */
const unlocated = ({ summary: { unlocated: un } }: ClaimRun): string[] => {
  const told = [
    ...(un.nodes === 0 ? ['No racks are on record: nothing can be located, and nothing proven.'] : []),
    ...(un.nodes > 0 && un.silent === un.nodes ? ['There is no telemetry of any node: everything that is claimed is unproven.'] : []),
    ...(un.silent > 0 && un.silent < un.nodes ? [`${un.silent} of ${un.nodes} nodes have no telemetry.`] : []),
    ...(un.strangers > 0 ? [`${un.strangers} nodes with telemetry stand in no rack.`] : []),
    ...un.sales.map(({ pool, gpuSeconds }) => `${hours(gpuSeconds)} GPU-h sold in ${pool} say no nodes, and count for the claimant.`),
    ...un.sentences,
  ]
  return told.length === 0 ? [] : ['', 'What cannot be located:', ...told.map((each) => `  ${printable(each)}`)]
}

const standingOf = (decisions: readonly Decision[], finding: string): string => {
  const latest = decisions.findLast((each) => each.finding === finding)
  return latest === undefined ? '' : { confirm: 'confirmed', restore: 'restored', ask: 'asked' }[latest.decision]
}

const listed = ({ findings, decisions, first, run }: ShownRun): string[] => {
  if (findings.length === 0) return []
  const rows = findings.map(({ id, verdict, minor, currency, text }) => [
    id.slice(0, 12),
    verdict,
    amount(minor, currency),
    currency,
    standingOf(decisions, id),
    text,
  ])
  const last = first + findings.length - 1
  return [
    '',
    ...textTable([left('Finding'), left('Verdict'), right('Money'), left(''), left('Decided'), left('What was found')], rows),
    ...(first > 1 || last < run.findings ? [`${first} to ${last} of ${run.findings}; --page shows others`] : []),
  ]
}

/** Decisions that are listed, the latest first; `--json` has those of each finding. */
const decisionsShownMax = 20

/** What was decided, also about findings that a confirmation has settled, and so are not found again. */
const decisionsText = ({ decisions, zone }: ShownRun): string[] => {
  if (decisions.length === 0) return []
  const rows = decisions
    .toReversed()
    .slice(0, decisionsShownMax)
    .map(({ finding, decision, gpuSeconds, by, at, reason }) => [
      finding.slice(0, 12),
      decision,
      exactHours(gpuSeconds),
      by,
      formatLocal(at, zone),
      reason,
    ])
  const more = decisions.length - rows.length
  return [
    '',
    ...textTable(
      [left('Decided about'), left('Decision'), right('Read in or taken back, GPU-h'), left('By'), left('At'), left('Reason')],
      rows,
    ),
    ...(more > 0 ? [`and ${more} before`] : []),
  ]
}

/** A run as tables: sums of blocks, reasons, what lies beside, findings, the largest first, and what cannot be located. */
export const claimsText = (shown: ShownRun): string => {
  const { run, zone } = shown
  const { from, to } = run.window
  const lines = [
    `Claims of ${run.agreement}, ${formatLocal(from, zone)} to ${formatLocal(to, zone)} (${run.run})`,
    '',
    ...sums(run),
    '',
    ...byReason(run),
    ...besides(run),
    ...listed(shown),
    ...decisionsText(shown),
    ...unlocated(run),
    '',
  ]
  return lines.map((line) => line.trimEnd()).join('\n')
}

const findingJson = (
  { minor, pieces, evidence, readings, from, to, unit, rack, ...rest }: StoredFinding,
  decisions: readonly Decision[],
): Json => ({
  ...rest,
  ...(unit === undefined ? {} : { unit }),
  ...(rack === undefined ? {} : { rack }),
  from: formatInstant(from),
  to: formatInstant(to),
  minor: minor === undefined ? null : `${minor}`,
  pieces: pieces.map(([first, last, gpus]) => [formatInstant(first), formatInstant(last), gpus]),
  evidence: { ...evidence, digests: [...evidence.digests], figures: evidence.figures.map((each) => [...each]) },
  readings: readings.map((each) => ({ ...each })),
  decisions: decisions
    .filter(({ finding }) => finding === rest.id)
    .map(({ readings: made, ...each }) => ({ ...each, readings: [...made] })),
})

/** The same as JSON, with all that is kept of each finding. GPU-time in GPU-seconds, money in minor units. */
export const claimsJson = ({ run, findings, decisions, zone, first }: ShownRun): Json => {
  const { summary, window, ...head } = run
  return {
    ...head,
    zone,
    from: formatInstant(window.from),
    to: formatInstant(window.to),
    currency: summary.currency,
    blocks: summary.blocks.map((block) => ({ ...block, reasons: block.reasons.map((each) => ({ ...each, minor: `${each.minor}` })) })),
    beside: summary.beside.map((each) => ({ ...each, minor: `${each.minor}` })),
    unlocated: {
      ...summary.unlocated,
      sales: summary.unlocated.sales.map((each) => ({ ...each })),
      sentences: [...summary.unlocated.sentences],
    },
    first,
    list: findings.map((each) => findingJson(each, decisions)),
  }
}
