import { linesIn } from './lines.ts'

export type StreamEvent = Readonly<{ id: string; event: string; data: string }>

/** Events of `text/event-stream`, as HTML has it: fields of a line each, and an empty line ends an event. */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  let [id, event, data]: [string, string, string[]] = ['', 'message', []]
  for await (const line of linesIn(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, event, data: data.join('\n') }
      ;[event, data] = ['message', []]
      continue
    }
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'id') id = value
    else if (field === 'event') event = value
    else if (field === 'data') data.push(value)
  }
}
