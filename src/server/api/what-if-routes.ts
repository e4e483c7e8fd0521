import { PassThrough } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Json } from '../../core/base/canonical.ts'
import { limits } from '../../core/terms/limits.ts'
import type { Reworded } from '../../core/terms/reworded.ts'
import { patchDocument } from '../../core/terms/patch.ts'
import { WhatIfRequestShape, WhatIfShape, type RewordedWire, type WhatIfMonthWire, type WhatIfWire } from '../../wire/what-if.ts'
import type { WhatIfAnswer, WhatIfMonth, WhatIfRequest } from '../app/what-if.ts'
import { AgreementParams, agreementOf, problems } from './agreement-routes.ts'
import { valueAt } from './agreement-view.ts'
import type { ComparisonDoor } from './comparison-routes.ts'
import { toChange } from './comparison-view.ts'
import { Refusal, refusalOf } from './problems.ts'
import { principalOf, type SourceOf } from './principal.ts'
import type { AgreementRecord, ApiSource } from './source.ts'

const toMonth = ({ month, lines, same, nets }: WhatIfMonth): WhatIfMonthWire => ({ month, lines: lines.map(toChange), same, nets })

const text = (value: Json | undefined): string | null => (value === undefined ? null : JSON.stringify(value))

/** A term in words with its data, before and after. */
export const toReworded = ({ kind, clause, before, after }: Reworded, documents: readonly [Json, Json]): RewordedWire => ({
  kind,
  clause,
  pointer: (after ?? before)!.pointer,
  before: before?.text ?? null,
  after: after?.text ?? null,
  beforeValue: before === null ? null : text(valueAt(documents[0], before.pointer)),
  afterValue: after === null ? null : text(valueAt(documents[1], after.pointer)),
  assumed: (after ?? before)!.assumed,
})

type Settled = Extract<WhatIfAnswer, { kind: 'settled' }>['answer']

const toAnswer = (
  agreement: string,
  { currency, version, months, totals, sentences }: Settled,
  documents: readonly [Json, Json],
): WhatIfWire => ({
  agreement,
  currency,
  version,
  months: months.map(toMonth),
  totals,
  sentences: sentences.map((each) => toReworded(each, documents)),
})

/** A refusal with everything that is wrong with a document, by pointer. */
export const invalidTerms = (found: readonly Readonly<{ pointer: string; line?: number; message: string }>[], title: string): Refusal =>
  new Refusal({
    kind: 'invalid-terms',
    status: 422,
    title,
    detail: found
      .slice(0, 5)
      .map(({ pointer, line, message }) => `${line === undefined ? '' : `line ${line}: `}${pointer === '' ? '' : `${pointer}: `}${message}`)
      .join('; '),
    errors: found.map(({ pointer, line, message }) => ({ pointer, detail: line === undefined ? message : `line ${line}: ${message}` })),
  })

const refusedBy = (answer: Exclude<WhatIfAnswer, { kind: 'settled' }>): Refusal =>
  answer.kind === 'invalid'
    ? invalidTerms(answer.problems, 'These terms cannot be')
    : new Refusal({ kind: 'cannot-settle', status: 422, title: 'Cannot be settled again', detail: `${answer.messages.join('. ')}.` })

/** The latest version, and the same with the changes: to show what stands where. */
const documentsOf = ({ versions }: AgreementRecord, changes: Parameters<typeof patchDocument>[1]): readonly [Json, Json] => {
  const latest = versions.at(-1)!.agreement as unknown as Json
  const patched = patchDocument(latest, changes)
  return [latest, 'document' in patched ? patched.document : latest]
}

type Asked = Readonly<{
  ask: (more: Pick<WhatIfRequest, 'onMonth' | 'signal'>) => Promise<WhatIfAnswer>
  tell: (settled: Settled) => WhatIfWire
}>

/** A line for each month as soon as it is settled, and the whole at last. What is refused before the first month is refused as ever. */
const streamed = async (reply: FastifyReply, settling: ComparisonDoor['settling'], { ask, tell }: Asked): Promise<FastifyReply> => {
  const lines = new PassThrough()
  const begun = Promise.withResolvers<void>()
  const send = (line: object): void => void lines.write(`${JSON.stringify(line)}\n`)
  const onMonth = (month: WhatIfMonth): void => {
    send({ kind: 'month', ...toMonth(month) })
    begun.resolve()
  }
  const whole = settling(reply, (signal) => ask({ onMonth, signal })).then(
    (answer) => {
      if (answer.kind !== 'settled') throw refusedBy(answer)
      send({ kind: 'whole', ...tell(answer.answer) })
      return lines.end()
    },
    (error: unknown) => {
      throw error
    },
  )
  // What fails after the first line is told on a line: the status has left already.
  const failed = whole.catch((error: unknown) => {
    const { kind, message } = refusalOf(error)
    send({ kind: 'refused', type: `urn:offtake:problem:${kind}`, detail: message })
    lines.end()
  })
  await Promise.race([begun.promise, whole])
  void failed
  return reply.type('application/x-ndjson; charset=utf-8').send(lines)
}

/** Past months under other terms. */
export const whatIfRoutes = async (
  api: FastifyInstance,
  sourceOf: SourceOf<ApiSource>,
  { comparing, settling }: ComparisonDoor,
): Promise<void> => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/agreements/:id/what-ifs',
    {
      config: { needs: 'agreements:read' },
      bodyLimit: limits.characters * 2,
      schema: {
        operationId: 'askWhatIf',
        summary:
          'Settles past months again with changed terms from the same readings; nothing is kept. `Accept: application/x-ndjson` tells each month as it is settled',
        params: AgreementParams,
        body: WhatIfRequestShape,
        response: { 200: WhatIfShape, ...problems, 422: problems[404], 503: problems[500] },
      },
    },
    async (request, reply) => {
      const {
        params: { id },
        body: { changes = [], document, from, through },
        headers,
      } = request
      const record = await agreementOf(sourceOf(request), id)
      const terms = document === undefined ? { changes } : { document }
      const readings = principalOf(request).may.includes('readings:read')
      const asked: Asked = {
        ask: (more) => comparing.whatIf({ agreement: id, terms, from, through, readings, ...more }),
        tell: (settled) => toAnswer(id, settled, documentsOf(record, changes)),
      }
      if (headers.accept?.includes('application/x-ndjson') === true) return streamed(reply, settling, asked) as never
      const answer = await settling(reply, (signal) => asked.ask({ signal, onMonth: undefined }))
      if (answer.kind !== 'settled') throw refusedBy(answer)
      return asked.tell(answer.answer)
    },
  )
}
