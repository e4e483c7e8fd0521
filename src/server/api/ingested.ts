import type { IngestedWire } from '../../wire/ingest.ts'
import type { ImportAnswer } from '../app/import-readings.ts'
import type { ImportRefusal } from '../store/batches.ts'
import { Refusal } from './problems.ts'

/** Problems of refused records, as a problem document points at them. */
const errorsOf = (refusals: readonly ImportRefusal[]) =>
  refusals.flatMap(({ line, problems }) => problems.map(({ pointer, message }) => ({ pointer: `/${line}${pointer}`, detail: message })))

export const refusedWhole = (refused: number, refusals: readonly ImportRefusal[]): Refusal =>
  new Refusal({
    kind: 'records-refused',
    status: 422,
    title: 'Some of it cannot be used',
    detail: `${refused} of its records cannot be used, so nothing of it was kept. Each pointer begins with the line, or the number of the event, from 1.`,
    errors: errorsOf(refusals),
  })

/** What an import came to, as it is told; a refusal where nothing was written. */
export const ingested = (answer: ImportAnswer): IngestedWire => {
  if (answer.kind === 'key taken')
    throw new Refusal({
      kind: 'key-taken',
      status: 422,
      title: 'The key belongs to other content',
      detail: `The key ${answer.key} belongs to other content, which came as ${answer.file}; nothing was written. A new import takes a new key.`,
    })
  const { batch, accepted, repeats, refused, late, refusals } = answer.record
  if (answer.kind === 'refused') throw refusedWhole(refused, refusals)
  return {
    batch: `${batch}`,
    accepted,
    repeats,
    refused,
    late,
    again: answer.again,
    refusals: refusals.map(({ line, problems }) => ({ line, problems: problems.map(({ pointer, message }) => ({ pointer, message })) })),
  }
}
