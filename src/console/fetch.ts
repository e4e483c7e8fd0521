import type { ProblemWire } from '../wire/problem.ts'

/** An answer that is no data: what the server said, or that it said nothing. */
export class Failure extends Error {
  readonly problem: Omit<ProblemWire, 'requestId'> & { requestId: string | undefined }
  constructor(problem: Failure['problem']) {
    super(problem.detail)
    this.problem = problem
  }
}

const unreachable = (): Failure =>
  new Failure({
    type: 'urn:offtake:problem:unreachable',
    title: 'The server did not answer',
    status: 0,
    detail: 'The server did not answer, so nothing new could be read.',
    requestId: undefined,
  })

const unreadable = (response: Response): Failure =>
  new Failure({
    type: 'urn:offtake:problem:unreadable',
    title: 'The answer could not be read',
    status: response.status,
    detail: `The server answered ${response.status} without saying why.`,
    requestId: response.headers.get('x-request-id') ?? undefined,
  })

const read = async <T>(response: Response): Promise<T> => {
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body as T
  const problem = body as Partial<ProblemWire> | undefined
  if (typeof problem?.type !== 'string' || typeof problem.detail !== 'string') throw unreadable(response)
  throw new Failure(problem as ProblemWire)
}

/** Reads JSON of this origin. Rejects with a `Failure`, and with nothing else but an abort. */
export const getJson = async <T>(path: string, signal: AbortSignal): Promise<T> => {
  const response = await fetch(path, { signal, headers: { accept: 'application/json' } }).catch((error: unknown) => {
    throw signal.aborted ? error : unreachable()
  })
  return read<T>(response)
}

/** Reads text of this origin, such as a document as it was signed. Rejects as `getJson` does. */
export const getText = async (path: string, signal: AbortSignal): Promise<string> => {
  const response = await fetch(path, { signal }).catch((error: unknown) => {
    throw signal.aborted ? error : unreachable()
  })
  return response.ok ? response.text() : read<never>(response)
}

/** Characters of a key, at most: what the server takes. */
const keyMax = 200
/** What names an act may hold what people write; a key holds no space and nothing but ASCII. */
const keyOf = (act: string): string => encodeURIComponent(act).slice(0, keyMax)

/** Sends JSON to this origin under a key that names the act: what is sent again with it is done once. Rejects with a `Failure`. */
export const postJson = async <T>(path: string, body: unknown, key: string, method: 'POST' | 'PATCH' | 'DELETE' = 'POST'): Promise<T> => {
  const headers = { accept: 'application/json', 'content-type': 'application/json', 'idempotency-key': keyOf(key) }
  const response = await fetch(path, { method, headers, body: JSON.stringify(body) }).catch(() => {
    throw unreachable()
  })
  return read<T>(response)
}

/** `/api/readings?a=1&b=2`, without what is undefined. */
export const pathWith = (path: string, query: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}
