import { CutOff } from './answer.ts'
import { linesIn } from './lines.ts'

/** Rows of `application/x-ndjson`: the last line says that it is the last, and how many came before it. */
export async function* rowsIn<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  let [count, waiting]: [number, string | undefined] = [0, undefined]
  try {
    // A line is a row once another follows it.
    for await (const line of linesIn(body)) {
      if (waiting !== undefined) {
        count += 1
        yield JSON.parse(waiting) as T
      }
      waiting = line
    }
  } catch (error) {
    throw new CutOff(count, error)
  }
  if (endIn(waiting) !== count) throw new CutOff(count)
}

/** How many rows the last line says there were; undefined where it is no last line. */
const endIn = (line: string | undefined): number | undefined => {
  try {
    const { complete, count } = JSON.parse(line ?? '') as Partial<{ complete: boolean; count: number }>
    return complete === true ? count : undefined
  } catch {
    return undefined
  }
}
