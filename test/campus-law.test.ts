import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { canonical } from '../src/core/base/canonical.ts'
import { monthInterval, nextMonth } from '../src/core/base/time.ts'
import { collate, type Digested } from '../src/core/meter/collate.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import type { Statement } from '../src/core/statements/statement.ts'
import type { Schedule } from '../src/core/terms/schedule.ts'
import { closePeriod, provisionalStatement } from '../src/server/app/close-period.ts'
import { importReadings } from '../src/server/app/import-readings.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { campusOf } from '../src/server/campus/campus.ts'
import { layOut } from '../src/server/campus/layout.ts'
import { simulate } from '../src/server/campus/simulate.ts'
import { campusDocument, campusMonth, planOf, smallCampuses, type SmallCampus } from './campuses.ts'
import { testDatabase } from './database.ts'
import { digestOf } from './readings.ts'
import { fileOf } from './rows.ts'
import { settleMonths } from './settling.ts'
import { formatReading } from '../src/core/meter/parse.ts'

const { close: closeDatabase, ...store } = await testDatabase()
after(closeDatabase)

const small: SmallCampus = {
  zone: 'Asia/Jakarta',
  attribution: 'supported-first',
  blocks: [[216, 144], [144]],
  percent: 100,
  seed: 5,
  tenants: 3,
  load: 0.8,
}
const readingsOf = (plan: ReturnType<typeof planOf>): Reading[] => [...simulate(campusOf(plan))].flat()

const months = { from: '2026-08', through: campusMonth } as const
const settled = (schedule: Schedule, readings: readonly Reading[]): string =>
  canonical(
    settleMonths(
      schedule,
      readings.map((reading) => formatReading(reading) as object),
      months,
    ).at(-1)!,
  )

/** Shuffled, with some of it said twice. */
const shuffled = (readings: readonly Reading[]) =>
  fc
    .tuple(fc.shuffledSubarray([...readings], { minLength: readings.length }), fc.shuffledSubarray([...readings], { maxLength: 500 }))
    .map(([once, again]) => [...again, ...once])

test('CA13 the readings of a campus in any order, and twice over, are the same month to the byte', () => {
  const plans = smallCampuses.map(planOf).filter((plan) => layOut(plan.schedule, plan.gpus).racks.length > 0)
  fc.assert(
    fc.property(
      plans.chain((plan) => {
        const readings = readingsOf(plan)
        return fc.record({ schedule: fc.constant(plan.schedule), readings: fc.constant(readings), others: shuffled(readings) })
      }),
      ({ schedule, readings, others }) => {
        const { accepted, repeats, refused } = collate(others.map((reading): Digested => ({ reading, digest: digestOf(reading) })))
        assert.deepEqual([accepted.length, repeats, refused], [readings.length, others.length - readings.length, []])
        assert.equal(settled(schedule, others), settled(schedule, readings))
      },
    ),
    { numRuns: 4, endOnFailure: true },
  )
})

const now = monthInterval('2026-12', 'Asia/Jakarta').from
const bring = async (readings: readonly Reading[], size: number) => {
  const answer = await importReadings(store, { rows: fileOf(readings, size), file: 'campus', mode: 'all-or-nothing', now, by: 'test' })
  assert.equal(answer.kind, 'imported')
}
const load = async (name: string) => {
  const loaded = await loadAgreement(store, { document: campusDocument(small, name), now: 0, by: 'test' })
  assert.equal(loaded.kind, 'loaded')
}
const close = async (agreement: string, month: string): Promise<Statement> => {
  const answer = await closePeriod(store, { agreement, month, now, by: 'test' })
  assert.ok(answer.kind === 'closed', JSON.stringify(answer))
  return answer.stored.statement
}
test('CA13 through the store too, in order or shuffled in small batches with repeats, it is the month that core settles alone', async () => {
  for (const [i, name] of ['first', 'other'].entries()) {
    await load(name)
    const readings = readingsOf(planOf(small, name)).map((reading) => ({ ...reading, source: `campus-${name}` }))
    if (i === 0) await bring(readings, 1000)
    else
      for (const part of fc.sample(shuffled(readings), { numRuns: 1, seed: 3 }).flatMap((all) => [all.slice(0, 900), all.slice(900)]))
        await bring(part, 37)
    for (let month = '2026-08'; month < campusMonth; month = nextMonth(month)) await close(name, month)
    const statement = await close(name, campusMonth)
    // What the store settles is what core alone settles.
    const alone = settleMonths(
      planOf(small, name).schedule,
      readings.map((reading) => formatReading(reading) as object),
      months,
    ).at(-1)!
    assert.deepEqual({ ...statement, finalOn: '', dueOn: '' }, { ...alone, finalOn: '', dueOn: '' })
  }
})

test('CA13 what comes late is stated as corrections that come to the same', async () => {
  await load('late')
  const readings = readingsOf(planOf(small, 'late')).map((reading) => ({ ...reading, source: 'campus-late' }))
  const isLate = (_: Reading, i: number) => i % 7 === 3
  const jobs = readings.filter(({ kind }) => kind === 'allocation')
  const late = new Set(jobs.filter(isLate))
  await bring(
    readings.filter((reading) => !late.has(reading)),
    1000,
  )
  for (let month = '2026-08'; month <= campusMonth; month = nextMonth(month)) await close('late', month)
  await bring([...late], 100)
  const following = await close('late', nextMonth(campusMonth))
  const whole = settleMonths(
    planOf(small, 'late').schedule,
    readings.map((reading) => formatReading(reading) as object),
    { ...months, through: nextMonth(campusMonth) },
  )
  const minor = (statements: readonly Statement[]) =>
    statements
      .flatMap(({ lines }) => lines)
      .reduce((sum, { amount, payer }) => sum + Math.round(Number(amount) * 100) * (payer === 'late-guarantor' ? 1 : -1), 0)
  const stated: Statement[] = []
  for (let month = '2026-08'; month <= nextMonth(campusMonth); month = nextMonth(month)) stated.push(await close('late', month))
  assert.ok(following.lines.some(({ from }) => from.startsWith(campusMonth)))
  assert.equal(minor(stated), minor(whole))
  assert.ok('statement' in (await provisionalStatement(store, { agreement: 'late', month: '2026-12', now: now + 40 * 86_400 })))
})
