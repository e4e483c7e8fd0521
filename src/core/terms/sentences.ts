import type { ClauseId } from '../base/id.ts'
import { addDays, dateOf } from '../base/time.ts'
import type { Said, TermsKind } from './kind.ts'
import { sayMetering } from './metering.ts'
import { blocksIn, gpuHours, grouped, listed } from './phrase.ts'
import type { ResolvedBlock, Schedule } from './schedule.ts'

/** One term in words. */
export type TermSentence = Readonly<{
  /** Undefined for what is said of the whole agreement. */
  clause: ClauseId | undefined
  /** The version whose document says it, and where. */
  version: number
  pointer: string
  text: string
  /** Whether its source, or one below it, is no public one. */
  assumed: boolean
  /** What the source says, where there is one. */
  note?: string
}>

const attributions = {
  specific: 'each order fills the blocks it names, in its own order',
  'supported-first': 'supported blocks are filled first, in this order',
  'pro-rata': 'blocks are filled in proportion to their room',
} as const

const others = ({ parties }: Schedule): string =>
  parties
    .filter(({ role }) => role !== 'guarantor' && role !== 'operator')
    .map(({ name, role }) => `, ${name} a ${role}`)
    .join('')

const sayBlock = (block: ResolvedBlock, index: number, { commencement }: Schedule): Said => {
  const at = `/blocks/${index}`
  const gpus = block.tranches.reduce((total, tranche) => total + tranche.gpus, 0)
  const ramp = listed(block.tranches.map((tranche) => `${grouped(String(tranche.gpus))} due ${tranche.due}`))
  const { maintenance } = block
  return [
    [
      at,
      `Block ${block.id}: ${grouped(String(gpus))} ${block.sku} at ${block.factory}, ${block.region}${block.supported ? '' : ', not supported'}; ${ramp}.`,
    ],
    ...(block.commencement === commencement
      ? []
      : [[`${at}/commencement`, `Contract years of ${block.id} begin on ${block.commencement}.`] as const]),
    ...(maintenance === undefined
      ? []
      : [
          [
            `${at}/maintenance`,
            `Planned maintenance of ${block.id}: up to ${gpuHours(maintenance.gpuSecondsPerContractYear)} GPU-hours per contract year, announced ${maintenance.noticeSeconds / 86_400} days before.`,
          ] as const,
        ]),
  ]
}

const rolls: Readonly<Record<Schedule['due']['roll'], string>> = {
  following: 'on the next one',
  modifiedFollowing: 'on the next one, or on the one before where the next is in another month',
  preceding: 'on the one before',
}

/** `30 days after it is final, or where that is no business day, on the next one; business days are Monday to Friday`. */
const sayDue = ({ days, businessDays, roll, calendars, holidays, workingDays }: Schedule['due']): string => {
  const counted = days === undefined ? `${businessDays} business days after it is final` : `${days} days after it is final`
  const rolled = days === undefined ? '' : `, or where that is no business day, ${rolls[roll]}`
  const without = [
    ...(calendars.length === 0 ? [] : [`the holidays of ${listed(calendars)}`]),
    ...(holidays.length === 0 ? [] : [`${holidays.length} ${holidays.length === 1 ? 'date' : 'dates'} of its own`]),
  ]
  const less = without.length === 0 ? '' : ` without ${listed(without)}`
  const more =
    workingDays.length === 0
      ? ''
      : `, ${workingDays.length} of which ${workingDays.length === 1 ? 'is a business day' : 'are business days'} all the same`
  return `${counted}${rolled}; business days are Monday to Friday${less}${more}`
}

const sayAgreement = (schedule: Schedule): Said => {
  const { guarantor, operator, zone, due, correctionsMonths } = schedule
  return [
    ['/parties', `${guarantor.name} is the guarantor, ${operator.name} the operator${others(schedule)}.`],
    [
      '/term',
      `The agreement runs from ${dateOf(schedule.from, zone)} through ${addDays(dateOf(schedule.to, zone), -1)}, in local dates of ${zone}; contract years begin on ${schedule.commencement}.`,
    ],
    ...schedule.blocks.flatMap((block, index) => sayBlock(block, index, schedule)),
    ...schedule.pools.flatMap(({ id, attribution, blocks }, index): Said =>
      blocks.length < 2 ? [] : [[`/pools/${index}`, `Sales of pool ${id}: ${attributions[attribution]}: ${blocksIn(blocks)}.`]],
    ),
    ['/settlement', `A statement falls due ${sayDue(due)}. Amounts both ways are ${schedule.netting ? 'netted' : 'paid each in full'}.`],
    ...sayMetering(schedule),
    ...(correctionsMonths === undefined
      ? []
      : [
          [
            '/settlement/correctionsUntil',
            `A month is corrected until ${correctionsMonths} months after it became final; what comes later is listed and not settled.`,
          ] as const,
        ]),
  ]
}

/** The nearest source at or above a pointer, and whether one below it is an assumption. */
const sourceOf = ({ sources }: Schedule, version: number, pointer: string): { assumed: boolean; note?: string } => {
  const own = sources.filter((source) => source.version === version)
  const above = own.filter(({ at }) => at === pointer || pointer.startsWith(`${at}/`)).toSorted((a, b) => b.at.length - a.at.length)
  const under = own.find(({ at, status }) => at.startsWith(`${pointer}/`) && status === 'assumption')
  const source = above[0]?.status === 'assumption' ? above[0] : (under ?? above[0])
  return source === undefined ? { assumed: false } : { assumed: source.status === 'assumption', note: source.note }
}

/** The terms as plain sentences, in the order of the document: of the agreement, then of each slice of each clause. */
export const sentences = (schedule: Schedule, kinds: readonly TermsKind[]): TermSentence[] => {
  const latest = schedule.versions.at(-1)!.version
  const tell = (said: Said, clause: ClauseId | undefined, version: number): TermSentence[] =>
    said.map(([pointer, text]) => ({ clause, version, pointer, text, ...sourceOf(schedule, version, pointer) }))
  return [
    ...tell(sayAgreement(schedule), undefined, latest),
    ...schedule.clauses.flatMap((clause) => {
      const kind = kinds.find((each) => each.kind === clause.kind)
      return kind === undefined ? [] : tell(kind.say(clause, schedule), clause.id, clause.origin.version)
    }),
  ]
}
