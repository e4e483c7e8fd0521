import * as http from 'node:http'
import * as https from 'node:https'
import { aimAt, type Address, type Egress } from './egress.ts'

/** From the name to the last byte of the answer that is read. */
export const sendMsMax = 15_000
/** Bytes of an answer that are read; then the connection is closed, whatever more would come. */
export const answerBytesMax = 1_024
const headerBytesMax = 8_192

export type Sent =
  | Readonly<{ kind: 'answered'; status: number; answer: string; retryAfter: string | undefined; ms: number }>
  | Readonly<{ kind: 'unanswered'; reason: string; ms: number }>

export type Sending = Readonly<{ url: string; body: string; headers: Readonly<Record<string, string>>; msMax?: number }>

/** Sends a message once: to the address that was looked at and no other, following nothing, and reading no more than is shown. Never throws. */
export const sendWebhook = async ({ url, body, headers, msMax = sendMsMax }: Sending, egress: Egress): Promise<Sent> => {
  const started = performance.now()
  const ms = (): number => Math.round(performance.now() - started)
  const signal = AbortSignal.timeout(msMax)
  const late = `no answer within ${msMax / 1000} s`
  try {
    const target = new URL(url)
    const address = await within(aimAt(target, egress), signal)
    if ('refused' in address) return { kind: 'unanswered', reason: address.refused, ms: ms() }
    const answered = await post(target, address, { body, headers, signal })
    return { kind: 'answered', ...answered, ms: ms() }
  } catch (error) {
    return { kind: 'unanswered', reason: signal.aborted ? late : describe(error as NodeJS.ErrnoException), ms: ms() }
  }
}

const describe = ({ code, message }: NodeJS.ErrnoException): string =>
  code === undefined || message.includes(code) ? message || 'the connection broke' : `${message} (${code})`

/** Names are looked up by the system, which cannot be told to stop: its answer is not waited for. */
const within = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((done, fail) => {
    signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true })
    // oxlint-disable-next-line promise/no-callback-in-promise -- Whichever comes first, the answer or the end of the time.
    work.then(done, fail)
  })

type Answered = Readonly<{ status: number; answer: string; retryAfter: string | undefined }>
type Posted = Readonly<{ body: string; headers: Readonly<Record<string, string>>; signal: AbortSignal }>

const post = (target: URL, address: Address, { body, headers, signal }: Posted): Promise<Answered> =>
  new Promise((done, fail) => {
    const { request } = target.protocol === 'https:' ? https : http
    const sent = request(target, {
      method: 'POST',
      signal,
      // A connection of its own: one that another message opened was aimed at what the name led to then.
      agent: false,
      maxHeaderSize: headerBytesMax,
      // The name was looked up once, and what it led to was looked at: it is not looked up again.
      lookup: (_host, options, found) =>
        options.all === true ? found(null, [address] as never) : found(null, address.address, address.family),
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'offtake',
        connection: 'close',
      },
    })
    let heard = false
    sent.on('error', (error) => void (heard || fail(error)))
    sent.on('response', (response) => {
      heard = true
      // Once there is a status it is the answer, whatever becomes of the rest.
      const read = firstBytes(response)
      // oxlint-disable-next-line promise/no-callback-in-promise -- The request is read as it comes, by events.
      read.then((answer) => done({ status: response.statusCode!, answer, retryAfter: response.headers['retry-after'] }), fail)
    })
    sent.end(body)
  })

const firstBytes = (response: http.IncomingMessage): Promise<string> =>
  new Promise((done) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const end = (): void => {
      response.destroy()
      done(Buffer.concat(chunks).subarray(0, answerBytesMax).toString('utf8'))
    }
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= answerBytesMax) end()
    })
    for (const event of ['end', 'error', 'close', 'aborted']) response.once(event, end)
  })
