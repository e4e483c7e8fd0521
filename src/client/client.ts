import { versionHeader } from '../wire/api-version.ts'
import { answerOf, NoAnswer, ProblemAnswer, waitBefore } from './answer.ts'
import { eventsIn } from './events.ts'
import { documentVersion, operations, type OperationName, type Operations } from './operations.ts'
import { rowsIn } from './rows.ts'

export type ClientOptions = Readonly<{
  /** Where the server is: `http://127.0.0.1:7420`. A page of the server itself leaves it empty. */
  base: string
  /** A key of the server, for programs. A page has its session. */
  key?: string
  fetch?: typeof globalThis.fetch
  /** Makes the `Idempotency-Key` of a write that is given none. */
  makeKey?: () => string
  /** How often a request that got no answer, or was told to come again, is sent in all. Default 4. */
  triesMax?: number
  /** Waits so many milliseconds. */
  sleep?: (ms: number) => Promise<void>
}>

export type AskOptions = Readonly<{
  signal?: AbortSignal
  /** For a write that somebody may send again later, perhaps from another process. */
  idempotencyKey?: string
}>

/** What an operation takes: parameters by name, and `body`. */
export type Input<K extends OperationName> = Operations[K]['input']
export type Answer<K extends OperationName> = Operations[K]['answer']
/** Operations whose answer is a page, with a cursor of the next. */
export type PagedName = { [K in OperationName]: Answer<K> extends { readonly next: string | null } ? K : never }[OperationName]
export type RowsName = { [K in OperationName]: [Operations[K]['row']] extends [never] ? never : K }[OperationName]
export type EventsName = { [K in OperationName]: [Operations[K]['event']] extends [never] ? never : K }[OperationName]

type Given = Readonly<Record<string, unknown>>
type Asked = AskOptions & Readonly<{ accept: string; headers?: Readonly<Record<string, string>> }>

const triesUsual = 4
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** The address of an operation with its parameters in place. */
const addressOf = (name: OperationName, input: Given): string => {
  const { path, query } = operations[name]
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, parameter: string) => encodeURIComponent(String(input[parameter])))
  const asked = query.filter((parameter) => input[parameter] !== undefined).map((parameter) => [parameter, String(input[parameter])])
  return asked.length === 0 ? filled : `${filled}?${new URLSearchParams(asked).toString()}`
}

const bodyOf = (name: OperationName, input: Given): Readonly<{ body?: BodyInit; type?: string; again: boolean }> => {
  const { sends } = operations[name]
  const { body } = input
  if (sends === null || body === undefined) return { again: true }
  if (sends === 'application/json') return { body: JSON.stringify(body), type: sends, again: true }
  // A stream is gone once it was read.
  return { body: body as BodyInit, type: sends, again: !(body instanceof ReadableStream) }
}

/** Sends one request, and again where that is safe: reads are, and writes carry a key under which they are done once. */
const makeSend = ({ base, key, fetch = globalThis.fetch, triesMax = triesUsual, sleep = pause, makeKey }: ClientOptions) => {
  const newKey = makeKey ?? (() => crypto.randomUUID())
  return async (name: OperationName, input: Given, { accept, signal, idempotencyKey, headers }: Asked): Promise<Response> => {
    const { method } = operations[name]
    const { body, type, again } = bodyOf(name, input)
    const request: RequestInit = {
      method,
      headers: {
        accept,
        [versionHeader]: documentVersion,
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(method === 'GET' ? {} : { 'idempotency-key': idempotencyKey ?? newKey() }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    }
    for (let tries = 1; ; tries++) {
      const response = await fetch(`${base}${addressOf(name, input)}`, request).catch((error: unknown) => {
        if (signal?.aborted === true) throw error
        return undefined
      })
      const wait = waitBefore(response, tries)
      if (wait === undefined || !again || tries === triesMax) {
        if (response === undefined) throw new NoAnswer(operations[name].path)
        return response
      }
      await response?.body?.cancel()
      await sleep(wait)
    }
  }
}

const okBody = async (response: Response): Promise<ReadableStream<Uint8Array>> => {
  if (!response.ok || response.body === null) throw await ProblemAnswer.of(response)
  return response.body
}

/** How often a lost stream of events is taken up again without an event in between. */
const resumesMax = 5
const ends = ['done', 'failed', 'cancelled']

/** A client of the API, in a browser or in Node. What is not answered as asked for is thrown: `ProblemAnswer`, `NoAnswer`, `CutOff`. */
export const makeClient = (options: ClientOptions) => {
  const send = makeSend(options)
  const { sleep = pause } = options

  const ask = async <K extends OperationName>(name: K, input: Input<K>, asked: AskOptions = {}): Promise<Answer<K>> =>
    (await answerOf(
      await send(name, input, { ...asked, accept: 'application/json, text/*;q=0.9, */*;q=0.8' }),
      operations[name].gives,
    )) as Answer<K>

  /** The pages of a list, one after the other, the next only when it is wanted. */
  async function* pages<K extends PagedName>(name: K, input: Omit<Input<K>, 'cursor'>, asked: AskOptions = {}): AsyncGenerator<Answer<K>> {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Answer<K> = await ask(name, { ...input, cursor } as unknown as Input<K>, asked)
      yield page
      cursor = (page as { next: string | null }).next
    }
  }

  /** Every row of a list in one answer. Throws `CutOff` where the answer ended before it was complete. */
  async function* rows<K extends RowsName>(name: K, input: Input<K>, asked: AskOptions = {}): AsyncGenerator<Operations[K]['row']> {
    const response = await send(name, input, { ...asked, accept: 'application/x-ndjson' })
    yield* rowsIn<Operations[K]['row']>(await okBody(response))
  }

  /** The events of long work from an event on, until the last; a connection that is lost is taken up again where it was. */
  async function* events<K extends EventsName>(
    name: K,
    input: Input<K>,
    { after = 0, ...asked }: AskOptions & Readonly<{ after?: number }> = {},
  ): AsyncGenerator<Operations[K]['event']> {
    let heard = String(after)
    for (let resumes = 0; resumes < resumesMax; resumes++) {
      if (resumes > 0) await sleep(1_000)
      const response = await send(name, input, { ...asked, accept: 'text/event-stream', headers: { 'last-event-id': heard } })
      try {
        for await (const { id, event, data } of eventsIn(await okBody(response))) {
          heard = id
          resumes = 0
          yield JSON.parse(data) as Operations[K]['event']
          if (ends.includes(event)) return
        }
      } catch (error) {
        if (error instanceof ProblemAnswer || asked.signal?.aborted === true) throw error
      }
    }
    throw new NoAnswer(operations[name].path)
  }

  return { ask, pages, rows, events }
}

export type Client = ReturnType<typeof makeClient>
