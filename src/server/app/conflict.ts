import type { Json } from '../../core/base/canonical.ts'
import { canonical } from '../../core/base/canonical.ts'
import type { Problem } from '../../core/base/problem.ts'
import { readingContent } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'

const shown = (value: Json | undefined): string => (value === undefined ? 'absent' : canonical(value))

/** What differs between a reading and the one that took its name before: every member, with both values. */
export const describeConflict = (incoming: Reading, stored: Reading): Problem => {
  const [now, before] = [readingContent(incoming), readingContent(stored)] as Record<string, Json | undefined>[]
  const members = [...new Set([...Object.keys(before!), ...Object.keys(now!)])].toSorted()
  const differences = members
    .filter((member) => shown(before![member]) !== shown(now![member]))
    .map((member) => `${member} was ${shown(before![member])} and is ${shown(now![member])}`)
  return {
    pointer: '/id',
    message: `${incoming.source} said ${incoming.id} before with other content: ${differences.join('; ')}. A reading is replaced by a new id that names it in \`replaces\``,
  }
}
