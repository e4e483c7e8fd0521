import { randomBytes } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ProblemWire } from '../../wire/problem.ts'

const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
}

const details: Readonly<Record<number, string>> = {
  400: 'What was sent is no HTTP: a length, a chunk or a header is not as it has to be. Nothing of it was kept.',
  408: 'The request did not arrive within the time that it may take. Nothing of it was kept.',
  413: 'The extensions of the chunks are larger than they may be. Nothing of it was kept.',
  431: 'The headers are larger than they may be: 16 KiB in all.',
}

/** Answers what is no request, so that even that is told why; then nothing more can be read from the connection. */
export const answerBroken = (error: Error & { code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const status = statuses[error.code ?? ''] ?? 400
  const problem: ProblemWire = {
    type: 'urn:offtake:problem:broken-request',
    title: 'The request is broken',
    status,
    detail: details[status]!,
    requestId: `req_${randomBytes(5).toString('hex')}`,
  }
  const body = JSON.stringify(problem)
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`
  if (socket.writable) socket.end(`${head}${body}`, () => socket.destroy())
  else socket.destroy()
}
