import type { Problem } from '../base/problem.ts'
import type { LocalDate } from '../base/time.ts'
import type { Agreement, Clause } from '../terms/agreement.ts'
import { below } from '../terms/conform.ts'
import { listed } from '../terms/phrase.ts'
import { itemsOf, type Sound, type SoundAgreement } from '../terms/sound.ts'

/** Contract years of a clause that settles its blocks as one: theirs, which its document would have been refused for if they differed; else the agreement's. */
export const commencementOf = ({ covers }: Clause, { blocks, commencement }: Agreement): LocalDate =>
  blocks.find(({ id }) => id === covers[0])?.commencement ?? commencement

/** Steps by contract year, under these keys, of a clause whose blocks begin their years apart: there is no one year to step by. */
export const checkOneCommencement = (
  clause: Sound<Clause>,
  pointer: string,
  { blocks, commencement }: SoundAgreement,
  keys: readonly string[],
): Problem[] => {
  const covered = new Set(itemsOf(clause.covers).map(([block]) => block))
  const starts = new Set(
    itemsOf(blocks).flatMap(([block]) => (block.id !== undefined && covered.has(block.id) ? [block.commencement ?? commencement] : [])),
  )
  if (starts.size < 2) return []
  const message = `steps by contract year, but the blocks begin theirs on ${listed([...starts].map(String))}: step by date, or write one clause for each`
  return keys.map((key) => ({ pointer: below(below(pointer, key), 'contractYears'), message }))
}
