import { dateOf, formatInstant, startOfDate, type Instant, type LocalDate } from '../../core/base/time.ts'
import type { Json } from '../../core/base/canonical.ts'
import { add, since, zero, type Steps } from '../../core/base/steps.ts'
import { commission } from '../../core/capacity/commission.ts'
import { isBackstop, type Schedule } from '../../core/terms/schedule.ts'
import type { AgreementRowWire, AgreementWire, ClauseWire, SentenceWire } from '../../wire/agreement.ts'
import type { Notice } from '../app/read-agreement.ts'
import { capsOf, capUseOf, contractGpus } from './caps.ts'
import { lanesOf } from './lanes.ts'
import type { AgreementRecord, Settled, StatementHead } from './source.ts'

/** The value a JSON pointer (RFC 6901) names; undefined where there is none. */
export const valueAt = (document: Json, pointer: string): Json | undefined =>
  pointer
    .split('/')
    .slice(1)
    .reduce<Json | undefined>((value, token) => {
      const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
      return value === null || typeof value !== 'object' ? undefined : (value as Readonly<Record<string, Json | undefined>>)[key]
    }, document)

export const sentencesOf = ({ sentences, versions }: AgreementRecord): SentenceWire[] =>
  sentences.map(({ clause, version, pointer, text, assumed, note }) => {
    const document = versions.find(({ agreement }) => agreement.version === version)!.agreement as unknown as Json
    const value = valueAt(document, pointer)
    return {
      clause: clause ?? null,
      version,
      pointer,
      text,
      value: value === undefined ? null : JSON.stringify(value),
      source: assumed ? 'assumption' : note === undefined ? 'agreed' : 'public',
      note: note ?? null,
    }
  })

const stepsOut = ({ starts, values }: Steps): AgreementWire['ramp']['contract'] =>
  Array.from(starts, (start, i) => ({ at: formatInstant(start), gpus: values[i]! }))

const rampOf = ({ schedule, acceptances }: AgreementRecord): AgreementWire['ramp'] => {
  const supported = schedule.blocks.filter((block) => block.supported)
  const contract = supported.flatMap(({ tranches }) => tranches.map(({ gpus, due }) => since(startOfDate(due, schedule.zone), gpus)))
  const accepted = supported.map(({ id, tranches }) =>
    commission(
      tranches,
      acceptances.filter(({ block }) => block === id).map(({ commissioning }) => commissioning),
    ),
  )
  return { contract: stepsOut(contract.reduce(add, zero)), accepted: stepsOut(accepted.reduce(add, zero)) }
}

const clausesOf = ({ schedule }: AgreementRecord, settled: readonly Settled[]): ClauseWire[] =>
  [...Map.groupBy(schedule.clauses, ({ id }) => id)].map(([id, slices]) => {
    const last = slices.at(-1)!
    return {
      id,
      kind: last.kind,
      measure: isBackstop(last) ? last.measure : null,
      payer: last.payer,
      payee: last.payee,
      covers: last.covers.map(({ block }) => block),
      from: dateOf(Math.min(...slices.map(({ from }) => from)), schedule.zone),
      through: dateOf(Math.max(...slices.map(({ to }) => to)) - 1, schedule.zone),
      settled: settled.filter(({ clause }) => clause === id).map(({ payer, amount }) => ({ payer, amount })),
    }
  })

const head = ({ schedule }: AgreementRecord) => ({
  id: schedule.agreement,
  title: schedule.title,
  zone: schedule.zone,
  currency: schedule.currency,
  guarantor: { id: schedule.guarantor.id, name: schedule.guarantor.name },
  operator: { id: schedule.operator.id, name: schedule.operator.name },
  term: termDates(schedule),
})

const termDates = ({ from, to, zone }: Schedule) => ({ from: dateOf(from, zone), through: dateOf(to - 1, zone) })

export const toAgreementRow = (record: AgreementRecord, statements: readonly StatementHead[]): AgreementRowWire => {
  const last = statements.at(-1)
  return {
    ...head(record),
    versions: record.versions.length,
    gpus: contractGpus(record.schedule),
    finalMonths: statements.length,
    lastMonth: last?.month ?? null,
    net: last?.totals.net ?? null,
  }
}

type Around = Readonly<{
  statements: readonly StatementHead[]
  settled: readonly Settled[]
  notices: readonly Notice[]
  now: Instant
  knownOn: LocalDate | undefined
}>

export const toAgreement = (record: AgreementRecord, { statements, settled, notices, now, knownOn }: Around): AgreementWire => {
  const { schedule, versions } = record
  return {
    ...head(record),
    now: formatInstant(now),
    from: formatInstant(schedule.from),
    to: formatInstant(schedule.to),
    commencement: schedule.commencement,
    parties: schedule.parties.map(({ id, name }) => ({ id, name })),
    netting: schedule.netting,
    versions: schedule.versions.map(({ version, effective, hash }) => ({
      version,
      effective: formatInstant(effective),
      recordedAt: formatInstant(versions.find((each) => each.hash === hash)!.recordedAt),
      hash,
    })),
    blocks: schedule.blocks.map(({ id, factory, region, sku, pool, supported, tranches }) => ({
      id,
      factory,
      region,
      sku,
      pool,
      supported,
      gpus: tranches.reduce((sum, { gpus }) => sum + gpus, 0),
    })),
    sentences: sentencesOf(record),
    clauses: clausesOf(record, settled),
    ramp: rampOf(record),
    lanes: lanesOf(schedule),
    caps: capsOf(schedule, statements.at(-1)?.closing ?? {}, now),
    capUse: capUseOf(schedule, statements),
    notices: notices.map(({ at, kind, clause, text }) => ({ at: formatInstant(at), kind, clause: clause ?? null, text })),
    knownOn: knownOn ?? null,
    finalMonths: statements.length,
  }
}
