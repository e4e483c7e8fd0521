import type { ProblemKind } from '../wire/problem-kinds.ts'
import type { ProblemWire } from '../wire/problem.ts'

const prefix = 'urn:offtake:problem:'

/** The server refused, and said why. */
export class ProblemAnswer extends Error {
  readonly status: number
  /** Stable, for programs; a later server may have kinds that this list does not. */
  readonly kind: ProblemKind | (string & {})
  readonly problem: ProblemWire
  readonly retryAfterSeconds: number | undefined
  constructor(problem: ProblemWire, retryAfterSeconds: number | undefined) {
    super(problem.detail)
    this.name = 'ProblemAnswer'
    this.problem = problem
    this.status = problem.status
    this.kind = problem.type.startsWith(prefix) ? problem.type.slice(prefix.length) : problem.type
    this.retryAfterSeconds = retryAfterSeconds
  }

  static async of(response: Response): Promise<ProblemAnswer> {
    const said = (await response.json().catch(() => undefined)) as Partial<ProblemWire> | undefined
    const detail = `The server answered ${response.status} without saying why.`
    const requestId = response.headers.get('x-request-id') ?? ''
    const whole: ProblemWire = {
      type: `${prefix}unreadable`,
      title: 'No reason given',
      status: response.status,
      detail,
      requestId,
      ...said,
    }
    return new ProblemAnswer(whole, secondsOf(response))
  }
}

/** Nothing came back, as often as it was sent. */
export class NoAnswer extends Error {
  constructor(path: string) {
    super(`No answer from ${path}.`)
    this.name = 'NoAnswer'
  }
}

/** An answer of rows ended before its last line. */
export class CutOff extends Error {
  readonly count: number
  constructor(count: number, cause?: unknown) {
    super(`The answer was cut off after ${count} rows.`, { cause })
    this.name = 'CutOff'
    this.count = count
  }
}

const secondsOf = (response: Response): number | undefined => {
  const text = response.headers.get('retry-after')
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined
}

/** Statuses that say: not now. */
const later = new Set([429, 502, 503, 504])
/** Longest wait that is worth it, and the first one where none was named. */
const waitSecondsMax = 30
const firstWaitMs = 250

/** Milliseconds to wait before the request is sent again; undefined where the answer is one. */
export const waitBefore = (response: Response | undefined, tries: number): number | undefined => {
  if (response !== undefined && !later.has(response.status)) return undefined
  const named = response === undefined ? undefined : secondsOf(response)
  if (named !== undefined) return named > waitSecondsMax ? undefined : named * 1000
  return firstWaitMs * 2 ** (tries - 1)
}

/** What an answer holds. */
export const answerOf = async (response: Response, gives: 'json' | 'text'): Promise<unknown> => {
  if (!response.ok) throw await ProblemAnswer.of(response)
  if (response.status === 204) return undefined
  return gives === 'json' ? response.json() : response.text()
}
