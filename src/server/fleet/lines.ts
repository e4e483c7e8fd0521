import { isUtf8 } from 'node:buffer'
import { faultOfInput } from './bytes.ts'

/** Bytes of one line, and of one CSV record over several lines. Whatever is longer is no reading. */
export const lineBytesMax = 2 ** 20

/** Whole lines in one text; `line` is the number of the first, from 1. */
export type TextBlock = Readonly<{ kind: 'text'; line: number; text: string }>
/** Reading cannot go on after this. */
export type Stop = Readonly<{ kind: 'stop'; line: number; message: string }>

const newline = 0x0a

const countLines = (bytes: Buffer): number => {
  let count = 0
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++
  return count
}

const tooLong = `the line is longer than ${lineBytesMax.toLocaleString('en')} bytes, so nothing from here on is read. One reading is one line`
const notUtf8 = 'the line is not UTF-8, so nothing from here on is read. Save the file as UTF-8'

type Fault = Readonly<{ bytes: number; lines: number; message: string }>

/** How much, from the first line on, is UTF-8 in lines that are short enough, and why the next line is not; undefined where all are. */
const soundPart = (bytes: Buffer): Fault | undefined => {
  const utf8 = isUtf8(bytes)
  if (utf8 && bytes.length <= lineBytesMax) return undefined
  let [from, lines] = [0, 0]
  while (from < bytes.length) {
    const end = bytes.indexOf(newline, from)
    const to = end === -1 ? bytes.length : end + 1
    if (to - from > lineBytesMax) return { bytes: from, lines, message: tooLong }
    if (!utf8 && !isUtf8(bytes.subarray(from, to))) return { bytes: from, lines, message: notUtf8 }
    ;[from, lines] = [to, lines + 1]
  }
  return undefined
}

function* blocksOf(bytes: Buffer, line: number, fault: Fault | undefined): Generator<TextBlock | Stop> {
  const sound = fault === undefined ? bytes : bytes.subarray(0, fault.bytes)
  const text = sound.toString('utf8')
  // Excel begins UTF-8 with a byte order mark.
  if (text !== '') yield { kind: 'text', line, text: line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text }
  if (fault !== undefined) yield { kind: 'stop', line: line + fault.lines, message: fault.message }
}

/**
 * Cuts bytes, however they are chunked, into texts of whole lines. Holds at most one line and one chunk. Ends with a `stop` at a line that
 * is too long or not UTF-8, or where the bytes themselves end early; lines before it are given first.
 */
export async function* textBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<TextBlock | Stop> {
  let line = 1
  let [held, heldBytes] = [[] as Buffer[], 0]
  try {
    for await (const chunk of chunks) {
      const cut = chunk.lastIndexOf(newline) + 1
      held.push(cut === 0 ? chunk : chunk.subarray(0, cut))
      heldBytes += held.at(-1)!.length
      if (cut === 0 && heldBytes > lineBytesMax) return yield { kind: 'stop', line, message: tooLong }
      if (cut === 0) continue
      const bytes = held.length === 1 ? held[0]! : Buffer.concat(held)
      const fault = soundPart(bytes)
      yield* blocksOf(bytes, line, fault)
      if (fault !== undefined) return
      line += countLines(bytes)
      const rest = chunk.subarray(cut)
      ;[held, heldBytes] = [rest.length === 0 ? [] : [rest], rest.length]
    }
  } catch (error) {
    const message = faultOfInput(error)
    if (message === undefined) throw error
    return yield { kind: 'stop', line, message }
  }
  const last = Buffer.concat(held)
  if (last.length > 0) yield* blocksOf(last, line, soundPart(last))
}
