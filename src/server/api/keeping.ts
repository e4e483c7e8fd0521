import type { FastifyRequest } from 'fastify'
import { TooLarge } from '../fleet/bytes.ts'
import { Busy } from './busy.ts'
import { tooLarge } from './ingest-body.ts'
import { Refusal } from './problems.ts'
import type { Ways } from './ways.ts'

/**
 * Does work that keeps something. Refusals go through; what a body came to beyond its limits becomes one; anything else went wrong inside, is
 * told to the operator of the server, and the sender is asked to come again: what was kept meanwhile is then a repeat.
 */
export const keeping = async <T>(request: FastifyRequest, { limits, report, stopping }: Ways, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal) throw error
    if (error instanceof TooLarge) throw tooLarge(error.limit, `The body ${error.message}; nothing of it was kept`)
    if (request.raw.socket.destroyed || request.raw.errored !== null)
      throw new Refusal({
        kind: 'sender-gone',
        status: 400,
        title: 'The sender has gone away',
        detail: 'The body ended early; nothing of it was kept.',
      })
    if (stopping.aborted)
      throw new Busy(
        503,
        limits.retryAfterSeconds,
        'The server is stopping, and has broken this off. Send it again once it is back, under the same key.',
      )
    // A store that is full says so: that is no fault.
    if (!(error instanceof Error && error.name === 'TelemetryBusy'))
      report(`${request.id} ${request.method} ${request.url}: ${(error as Error).stack ?? String(error)}`)
    throw new Busy(
      503,
      limits.retryAfterSeconds,
      'The store did not answer, so it is not known whether this was kept. Send it again, under the same key: what is there already is not doubled.',
    )
  }
}
