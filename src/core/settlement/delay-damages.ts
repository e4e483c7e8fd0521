import type { BlockId, TrancheId } from '../base/id.ts'
import { toMoney, toRational } from '../base/money.ts'
import type { Problem } from '../base/problem.ts'
import {
  decimal,
  fromText,
  greatest,
  isZero,
  least,
  minus,
  nought,
  plus,
  rational,
  times,
  toText,
  total,
  type Rational,
} from '../base/rational.ts'
import { addDays, dateOf, daysBetween, type LocalDate } from '../base/time.ts'
import type { Facts } from '../meter/facts.ts'
import type { Clause, Decimal, Tranche } from '../terms/agreement.ts'
import { checkAmount } from '../terms/check-values.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import type { Said, Slice } from '../terms/kind.ts'
import { blocksIn, major } from '../terms/phrase.ts'
import { byCommencement, optional, yearsOf } from '../terms/resolve-clause.ts'
import { datesOf, every, party } from '../terms/say.ts'
import type { CoveredBlock, ResolvedOf, Schedule } from '../terms/schedule.ts'
import { itemsOf, type Sound, type SoundAgreement } from '../terms/sound.ts'
import { value } from '../terms/value-shapes.ts'
import { clauseKind, plainly, type ClauseSettled, type ClauseWork } from './clause-kind.ts'
import type { Input, Line } from './line.ts'
import { yearAt, type Part } from './period.ts'
import { fact, quiet, state, sum, term } from './reasons.ts'

type DelayDamages = Clause & Readonly<{ kind: 'delay-damages'; rate: Decimal; perGpu: boolean; cap?: Decimal; capDays?: number }>

type Covered = CoveredBlock & Readonly<{ tranches: readonly Tranche[] }>
type ResolvedDelay = ResolvedOf<'delay-damages', Covered> &
  Readonly<{
    /** Major units per day late, for a tranche or for each of its GPUs. */
    rate: Rational
    perGpu: boolean
    /** Most per tranche, whatever its GPUs; undefined where `capDays` says it. */
    cap: Rational | undefined
    capDays: number | undefined
    /** First local date of the clause, whatever the version: days before it do not count. */
    firstDay: LocalDate
  }>

const shape = {
  ...clauseShape({
    kind: 'delay-damages',
    description: 'The operator pays for each day by which a tranche is accepted late.',
    properties: {
      rate: value('decimal', 'Per day late and tranche, in major units.'),
      perGpu: {
        type: 'boolean',
        title: '`true` or `false`',
        default: false,
        description: 'Whether the rate is for each GPU of the tranche, as contracted.',
      },
      cap: value('decimal', 'Most per tranche, in major units.'),
      capDays: {
        type: 'integer',
        title: 'a whole number of days from 1 to 3650',
        minimum: 1,
        maximum: 3_650,
        description: 'Most days per tranche that are paid for.',
      },
    },
    required: ['rate'],
  }),
  oneOf: [{ required: ['cap'] }, { required: ['capDays'] }],
} as const

const check = (clause: Sound<DelayDamages>, pointer: string, { currency, blocks }: SoundAgreement): Problem[] => {
  const { rate, through } = clause
  const covered = new Set<string | undefined>(itemsOf(clause.covers).map(([block]) => block))
  const dues = itemsOf(blocks).flatMap(([{ id, tranches }]) => (covered.has(id) ? itemsOf(tranches).flatMap(([{ due }]) => due ?? []) : []))
  const first = dues.toSorted()[0]
  const never = first !== undefined && through !== undefined && through <= first
  return [
    ...(rate !== undefined && isZero(decimal(rate))
      ? [{ pointer: `${pointer}/rate`, message: 'is "0": a delay would cost nothing, should be above 0' }]
      : []),
    ...checkAmount(clause.cap, `${pointer}/cap`, currency),
    ...(never
      ? [
          {
            pointer: `${pointer}/through`,
            message: `${through} is not after ${first}, when the first tranche falls due: nothing could be late`,
          },
        ]
      : []),
  ]
}

const resolve = (clause: DelayDamages, { signed, slice }: Slice) => {
  const { blocks, zone } = signed.agreement
  const years = byCommencement(signed, (commencement) => yearsOf(commencement, zone, slice))
  const tranches = new Map(blocks.map((block) => [block.id, block.tranches]))
  return {
    covers: clause.covers.map((block): Covered => ({ block, years: years(block), tranches: tranches.get(block)! })),
    rate: decimal(clause.rate),
    perGpu: clause.perGpu,
    cap: optional(clause.cap),
    capDays: clause.capDays,
    firstDay: clause.from,
    figures: ['excused-days'],
  }
}

const say = (clause: ResolvedDelay, schedule: Schedule): Said => {
  const { rate, perGpu, cap, capDays, origin } = clause
  const at = origin.pointer
  const money = (amount: Rational) => `${major(amount, schedule.currency)} ${schedule.currency}`
  const blocks = blocksIn(clause.covers.map(({ block }) => block))
  return [
    [
      at,
      `${party(schedule, clause.payer)} pays ${party(schedule, clause.payee)} for each day by which a tranche of ${blocks} is accepted after its due date, settled ${every[clause.period]}, ${datesOf(clause, schedule)}.`,
    ],
    [`${at}/rate`, `It pays ${money(rate)} for each day and ${perGpu ? 'GPU of the tranche' : 'tranche'}; excused days do not count.`],
    cap === undefined
      ? [`${at}/capDays`, `It pays for at most ${capDays} ${capDays === 1 ? 'day' : 'days'} of each tranche.`]
      : [`${at}/cap`, `It pays at most ${money(cap)} for each tranche.`],
  ]
}

/** Of one tranche: days late counted so far, what they come to before the cap, both exact, and what was stated, in rounded lines. */
type Accrued = Readonly<{ days: Rational; accrued: Rational; stated: Rational }>
const unaccrued: Accrued = { days: nought, accrued: nought, stated: nought }

/** Days late from the due date through the last day of the part, or until the acceptance; the due date itself is on time. */
const daysSinceDue = (clause: ResolvedDelay, due: LocalDate, last: LocalDate, accepted: LocalDate | undefined): number => {
  const onTimeThrough = [due, addDays(clause.firstDay, -1)].toSorted().at(-1)!
  const until = accepted !== undefined && accepted < last ? accepted : last
  return Math.max(0, daysBetween(onTimeThrough, until))
}

/** Days excused by figures that name the tranche, or the block and the tranche, and have ended by the end of the part. */
const excusedDays = (clause: ResolvedDelay, { figures }: Facts, block: BlockId, tranche: TrancheId, { to }: Part): Rational =>
  total(
    figures
      .filter((each) => each.clause === clause.id && each.figure === 'excused-days')
      .filter(({ of }) => of === tranche || of === `${block}/${tranche}`)
      .filter((each) => (each.from === each.to ? each.from < to : each.to <= to))
      .map((each) => each.value),
  )

type Late = Readonly<{ covered: Covered; tranche: Tranche; before: Accrued }>

/** What a tranche comes to by the end of the part. A cap that an amendment lowers takes nothing back that was stated. */
const accrue = ({ schedule, clause, part, facts }: ClauseWork<ResolvedDelay>, { covered: { block }, tranche, before }: Late) => {
  const at = facts.acceptances.find((each) => each.block === block && each.tranche === tranche.id && each.at < part.to)?.at
  const last = dateOf(part.to - 1, schedule.zone)
  const raw = rational(daysSinceDue(clause, tranche.due, last, at === undefined ? undefined : dateOf(at, schedule.zone)))
  const excused = excusedDays(clause, facts, block, tranche.id, part)
  const days = greatest(nought, minus(raw, excused))
  const perDay = clause.perGpu ? times(clause.rate, rational(tranche.gpus)) : clause.rate
  const accrued = plus(before.accrued, times(minus(days, before.days), perDay))
  const cap = clause.cap ?? times(perDay, rational(clause.capDays!))
  const capped = least(greatest(nought, accrued), greatest(cap, before.stated))
  return { raw, excused, days, perDay, accrued, capped }
}

const explain = (clause: ResolvedDelay, { covered: { block }, tranche, before }: Late, now: ReturnType<typeof accrue>): Input[] => {
  const { raw, excused, days, accrued, capped } = now
  const name = `${block} ${tranche.id}`
  const more = minus(days, before.days)
  const written = term(clause.origin, `${clause.origin.pointer}/rate`, 'per-day')('×', 'Rate per day', clause.rate)
  const gpus = sum('×', 'GPUs of the tranche', rational(tranche.gpus), 'units', [])
  const toDate = sum('+', 'Days late to date', days, 'days', [
    fact(block, ['acceptance'], 'days')('+', `Days since ${tranche.due}, when ${tranche.id} was due`, raw),
    ...quiet([
      fact(clause.id, ['figure'], 'days')('-', 'Excused', excused),
      sum('+', 'Below zero, which counts as none', minus(days, minus(raw, excused)), 'days', []),
    ]),
  ])
  const accruedNow = sum('+', 'Of this period', minus(accrued, before.accrued), 'major', [
    sum('+', 'Days late in this period', more, 'days', [
      toDate,
      state(`${clause.id}: days late of ${name}`, 'days')('-', 'Counted before', before.days),
    ]),
    written,
    ...(clause.perGpu ? [gpus] : []),
  ])
  return [
    sum('+', 'Damages to date', capped, 'major', [
      state(`${clause.id}: accrued for ${name}`, 'major')('+', 'Accrued before, without the cap', before.accrued),
      accruedNow,
      sum('-', 'Over the cap', minus(accrued, capped), 'major', []),
    ]),
    state(`${clause.id}: stated for ${name}`, 'major')('-', 'Stated before', before.stated),
  ]
}

const lineOf = ({ schedule, clause, part }: ClauseWork<ResolvedDelay>, late: Late, now: ReturnType<typeof accrue>): Line => {
  const { covered, tranche, before } = late
  const exact = minus(now.capped, before.stated)
  const year = yearAt(covered.years, part.from)
  return {
    key: [clause.id, 'delay-damages', covered.block, part.label, year, tranche.id].join('/'),
    clause: clause.id,
    formula: 'delay-damages',
    block: covered.block,
    from: part.from,
    to: part.to,
    version: clause.origin.version,
    contractYear: year,
    payer: clause.payer,
    payee: clause.payee,
    reason: undefined,
    quantity: toText(minus(now.days, before.days)),
    quantityUnit: 'days',
    rate: toText(now.perDay),
    rateUnit: 'per-day',
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    reasons: explain(clause, late, now),
  }
}

type Carried = Readonly<Record<string, Readonly<Record<keyof Accrued, string>>>>

/**
 * `delay-damages`: of each tranche min(rate × days late, cap) to date, less what was stated before. Days are local dates, so the length of a
 * month in hours changes nothing; days that turn out to be excused after they were stated come back as a credit.
 */
export const settleDelay = (work: ClauseWork<ResolvedDelay>): ClauseSettled => {
  const carried = work.opening as Carried
  const lates = work.clause.covers.flatMap((covered) =>
    covered.tranches.map((tranche): Late => {
      const was = carried[`${covered.block}/${tranche.id}`]
      const before =
        was === undefined ? unaccrued : { days: fromText(was.days), accrued: fromText(was.accrued), stated: fromText(was.stated) }
      return { covered, tranche, before }
    }),
  )
  const settled = lates.map((late) => {
    const now = accrue(work, late)
    const line = lineOf(work, late, now)
    return { late, now, line, stated: plus(late.before.stated, toRational({ minor: line.minor, currency: work.schedule.currency })) }
  })
  const lines = settled
    .filter(({ late: { before }, now, line }) => toText(now.days) !== toText(before.days) || line.minor !== 0n)
    .map(({ line }) => line)
  const running = settled
    .filter(({ now, stated }) => !isZero(now.days) || !isZero(stated))
    .map(({ late: { covered, tranche }, now, stated }): [string, Carried[string]] => [
      `${covered.block}/${tranche.id}`,
      { accrued: toText(now.accrued), days: toText(now.days), stated: toText(stated) },
    ])
  // What an amendment leaves out keeps what was stated of it: another may take it in again.
  const own = new Set(lates.map(({ covered, tranche }) => `${covered.block}/${tranche.id}`))
  const all = [...Object.entries(carried).filter(([name]) => !own.has(name)), ...running]
  return { lines, closing: Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1))) }
}

/** `delay-damages`: the operator pays for each day by which a tranche is accepted late. */
export const delayDamages = clauseKind<DelayDamages, ResolvedDelay>({
  kind: 'delay-damages',
  shape,
  shapes: {},
  payer: ['operator'],
  payee: ['guarantor'],
  check,
  resolve,
  say,
  formulas: { 'delay-damages': { word: 'Delay damages', posts: plainly('delay-damages') } },
  stages: { contract: settleDelay },
})
