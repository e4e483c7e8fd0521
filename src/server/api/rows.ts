import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** One JSON object a line. */
export const rowsType = 'application/x-ndjson'

/** Whether a list is wanted whole, as rows, rather than a page at a time as JSON. */
export const wantsRows = ({ headers }: FastifyRequest): boolean =>
  (headers.accept ?? '').split(',').some((each) => each.split(';')[0]!.trim().toLowerCase() === rowsType)

type Pages = AsyncIterator<readonly unknown[], unknown, undefined>

async function* linesOf(pages: Pages, first: IteratorResult<readonly unknown[], unknown>): AsyncGenerator<string> {
  let count = 0
  try {
    for (let page = first; page.done !== true; page = await pages.next()) {
      count += page.value.length
      yield page.value.map((row) => `${JSON.stringify(row)}\n`).join('')
    }
    yield `${JSON.stringify({ complete: true, count })}\n`
  } finally {
    await pages.return?.()
  }
}

/**
 * Answers with every row of all pages, one a line; a page is asked for when the reader has room for it, and no more once it has gone away. The last line
 * says that it is the last, and how many rows came before it: an answer without it was cut off.
 */
export const sendRows = async (reply: FastifyReply, pages: AsyncIterable<readonly unknown[]>): Promise<FastifyReply> => {
  const iterator = pages[Symbol.asyncIterator]()
  // What cannot be begun is still refused as everything else is.
  const first = await iterator.next()
  const stream = Readable.from(linesOf(iterator, first), { objectMode: false, highWaterMark: 64 * 1024 })
  return reply.type(rowsType).header('cache-control', 'no-store').send(stream)
}

/** Pages by a cursor, from the first to the last. */
export async function* allPages<T, C>(
  read: (after: C | undefined) => Promise<Readonly<{ rows: readonly T[]; next: C | undefined }>>,
  from: C | undefined,
): AsyncGenerator<readonly T[]> {
  for (let after = from; ;) {
    const { rows, next } = await read(after)
    yield rows
    if (next === undefined) return
    after = next
  }
}
