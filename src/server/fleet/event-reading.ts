import type { Json } from '../../core/base/canonical.ts'
import { parseReading } from '../../core/meter/parse.ts'
import type { CloudEvent } from './cloud-event.ts'
import { digestOf } from './digest.ts'
import type { Door, ReadingRow, RowRefusal } from './records.ts'

/** The type of an event whose data is a reading. */
export const readingEventType = 'com.offtake.reading.v1'

/**
 * The reading that an event of type `readingEventType` tells. Its source and id are those of the event, so that an event that is delivered
 * twice is one reading; data may name them too, and then has to name the same. `line` counts events of the request from 1.
 */
export const readingOfEvent = ({ source, id, data }: CloudEvent, line: number, { zone, placement }: Door): ReadingRow | RowRefusal => {
  if (data === null || data === undefined || typeof data !== 'object' || Array.isArray(data))
    return { line, problems: [{ pointer: '/data', message: 'must be a JSON object: a reading (docs/readings.md) without source and id' }] }
  const members = data as Readonly<Record<string, Json | undefined>>
  const clashes = Object.entries({ source, id }).filter(([key, value]) => members[key] !== undefined && members[key] !== value)
  if (clashes.length > 0)
    return {
      line,
      problems: clashes.map(([key, value]) => ({
        pointer: `/data/${key}`,
        message: `must be left out, or ${JSON.stringify(value)} as the event has it`,
      })),
    }
  const parsed = parseReading({ ...members, source, id }, zone, placement)
  if ('reading' in parsed) return { line, reading: parsed.reading, digest: digestOf(parsed.reading) }
  const inEvent = (pointer: string): string => (pointer === '/source' || pointer === '/id' ? pointer : `/data${pointer}`)
  return { line, problems: parsed.problems.map(({ pointer, message }) => ({ pointer: inEvent(pointer), message })), named: parsed.named }
}
