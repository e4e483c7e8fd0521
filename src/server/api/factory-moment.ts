import { z } from 'zod'
import { isDate, monthInterval, monthOf } from '../../core/base/time.ts'
import { FactoryName, FactoryQueryShape, type HallWire } from '../../wire/factory.ts'
import type { ProblemKind } from '../../wire/problem-kinds.ts'
import { Month } from '../../wire/scalars.ts'
import type { FactoryMoment, FactoryRecord } from '../app/factories.ts'
import type { FactorySource } from './factory-source.ts'
import { toHall } from './factory-view.ts'
import { notFound, Refusal } from './problems.ts'

export const FactoryParams = z.object({ id: FactoryName, month: Month })
export const HallParams = FactoryParams.extend({ hall: z.string().min(1).max(200) })
export const HallQuery = FactoryQueryShape.extend({
  day: z.iso.date().optional().meta({ description: 'a local date of the month: by quarter hours' }),
  rack: z.string().max(200).optional().meta({ description: 'the unit of a rack: its nodes are the rows' }),
})
export const invalid = (pointer: string, detail: string): Refusal =>
  new Refusal({
    kind: 'invalid-request',
    status: 400,
    title: 'The request is not right',
    detail: `${pointer}: ${detail}`,
    errors: [{ pointer, detail }],
  })

/** The factory of a request, or a refusal that names those there are. */
const factoryOf = async (source: FactorySource, id: string, agreement: string | undefined): Promise<FactoryRecord> => {
  const all = await source.listFactories()
  const found = all.find((each) => each.id === id && (agreement === undefined || each.schedule.agreement === agreement))
  if (found !== undefined) return found
  const known = [...new Set(all.map((each) => each.id))].slice(0, 10).join(', ')
  throw notFound(
    `There is no factory ${id} with a rack on record${agreement === undefined ? '' : ` under ${agreement}`}. ${known === '' ? 'No rack is on record yet: readings of kind rack bring them.' : `There is: ${known}.`}`,
  )
}

/** A month of a factory that has begun and lies in the term. */
export const momentOf = async (
  source: FactorySource,
  { id, month, agreement }: Readonly<{ id: string; month: string; agreement: string | undefined }>,
): Promise<FactoryMoment> => {
  const record = await factoryOf(source, id, agreement)
  const { from, to, zone, agreement: name } = record.schedule
  const interval = monthInterval(month, zone)
  const refuse = (kind: ProblemKind, title: string, detail: string) => new Refusal({ kind, status: 404, title, detail })
  if (interval.from >= to || interval.to <= from)
    throw refuse(
      'outside-term',
      'Outside the term',
      `${month} lies outside the term of ${name}, from ${monthOf(from, zone)} to ${monthOf(to - 1, zone)}.`,
    )
  if (interval.from > source.now())
    throw refuse('not-begun', 'Not begun', `${month} has not begun yet in ${zone}: no GPU can have done anything in it.`)
  return { record, month }
}

export const drawn = async (source: FactorySource, moment: FactoryMoment) => {
  const view = await source.draw(moment)
  if (view !== undefined) return view
  throw new Refusal({
    kind: 'no-racks',
    status: 404,
    title: 'No racks',
    detail: `No rack of ${moment.record.id} stands in ${moment.month}: readings of kind rack say since when each does.`,
  })
}

/** A hall as it was asked for, or why there is none. */
export const hallOf = async (
  source: FactorySource,
  { hall, ...params }: z.infer<typeof HallParams>,
  { agreement, day, rack }: z.infer<typeof HallQuery>,
): Promise<HallWire> => {
  const moment = await momentOf(source, { ...params, agreement })
  if (day !== undefined && (!isDate(day) || day.slice(0, 7) !== params.month))
    throw invalid('/query/day', `should be a day of ${params.month}`)
  const asked = { ...moment, hall, day, rack }
  const shown = toHall(asked, await drawn(source, asked), source.now())
  if (shown === undefined)
    throw notFound(
      rack === undefined
        ? `${params.id} has no hall ${hall} in ${params.month}.`
        : `Hall ${hall} of ${params.id} has no rack ${rack} in ${params.month}.`,
    )
  return shown
}
