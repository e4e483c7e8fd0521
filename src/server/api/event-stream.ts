import { Readable } from 'node:stream'

/** One event, as `text/event-stream` has it. */
export type ServerSent = Readonly<{ id: string; event: string; data: unknown }>

export type EventSink = Readonly<{ stream: Readable; send: (event: ServerSent) => void; end: () => void }>

/** A line without meaning so often: proxies and readers then know that the connection lives. */
export const heartbeatMs = 15_000
/** Bytes that may wait for a reader that is too slow; beyond, it is cut off, and goes on later from where it was. */
export const waitingBytesMax = 256 * 1024

/** A stream of events that somebody else feeds. It ends after `msMax` at the latest, so that rights are looked at again. */
export const eventStream = (msMax: number): EventSink => {
  const stream = new Readable({ read: () => {} })
  let over = false
  const write = (text: string): void => {
    if (over) return
    if (stream.readableLength > waitingBytesMax) return void stream.destroy()
    stream.push(text)
  }
  const end = (): void => {
    if (!over) stream.push(null)
    over = true
  }
  const beat = setInterval(() => write(':\n\n'), heartbeatMs)
  const limit = setTimeout(end, msMax)
  stream.once('close', () => {
    over = true
    clearInterval(beat)
    clearTimeout(limit)
  })
  // Whoever loses the connection comes again after so many milliseconds; and something is sent at once, so that the headers are.
  write('retry: 2000\n\n')
  return { stream, send: ({ id, event, data }) => write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`), end }
}
