import type { FastifyReply } from 'fastify'
import { Busy } from './busy.ts'
import { makeGate } from './ingest-gate.ts'
import { Refusal } from './problems.ts'

/** What settles months on request: so many at once, so many that wait, and so long each. A month of a campus takes a quarter of a minute. */
export const settlingLimits = { atOnceMax: 2, waitingMax: 8, msMax: 120_000, retryAfterSeconds: 5 } as const

const tooLong = new Refusal({
  kind: 'took-too-long',
  status: 422,
  title: 'Took too long',
  detail: `This was given up after ${settlingLimits.msMax / 1000} seconds: ask for fewer months.`,
})

/** Work that stops once nobody waits for it any more, or when it takes too long. Nothing it did is kept. */
export type Settling = <T>(reply: FastifyReply, work: (signal: AbortSignal) => Promise<T>) => Promise<T>

export const makeSettling = (): Settling => {
  const gate = makeGate({ ...settlingLimits, bytesMax: Infinity })
  return async (reply, work) => {
    const place = gate.enter(0)
    if (place === undefined) {
      reply.header('retry-after', `${settlingLimits.retryAfterSeconds}`)
      throw new Busy(
        503,
        settlingLimits.retryAfterSeconds,
        `${settlingLimits.atOnceMax} months are being settled and ${settlingLimits.waitingMax} wait: ask again.`,
      )
    }
    const gone = new AbortController()
    const onClose = (): void => {
      if (!reply.raw.writableEnded) gone.abort(new Error('the caller has gone'))
    }
    reply.raw.on('close', onClose)
    const late = AbortSignal.timeout(settlingLimits.msMax)
    try {
      await place.turn
      gone.signal.throwIfAborted()
      return await work(AbortSignal.any([gone.signal, late]))
    } catch (error) {
      if (late.aborted) throw tooLong
      throw error
    } finally {
      reply.raw.off('close', onClose)
      place.leave()
    }
  }
}
