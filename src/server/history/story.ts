import { hashOfJson } from '../../core/base/hash.ts'
import type { Problem } from '../../core/base/problem.ts'
import type { LocalDate, Month } from '../../core/base/time.ts'
import { conform } from '../../core/terms/conform.ts'
import { readDocument } from '../../core/terms/read-document.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { checkStory } from './check-story.ts'
import { storySchema } from './story-shape.ts'

/** A value of a story from a local date until the next. */
export type FromDate<T> = readonly Readonly<{ from: LocalDate; value: T }>[]

/** When something is told: once, over an interval of dates, or for every calendar period. */
export type When = Readonly<{ at?: LocalDate; every?: 'month' | 'quarter' | 'year'; from?: LocalDate; through?: LocalDate }>

/** A number for each time: always the same, one after the other, or along a line. */
export type Series = string | Readonly<{ list: readonly string[] }> | Readonly<{ from: string; to: string }>

/** One value of an agreement that an amendment sets. */
export type Change = Readonly<{ pointer: string; value: string | number | boolean }>

type LateKind = 'allocation' | 'reservation' | 'charge' | 'outage' | 'maintenance' | 'condition'

/** What happens to one agreement through the years, as written; docs/stories.md says what each key means. */
export type Story = Readonly<{
  story: 1
  agreement: string
  title: string
  sold?: FromDate<string>
  reservedPrices?: FromDate<string>
  onDemandPrices?: FromDate<string>
  orders?: readonly Readonly<{ order: string; tenant: string; pool?: string; gpus: FromDate<number>; price?: string }>[]
  outages?: readonly Readonly<{ block: string; from: LocalDate; through: LocalDate; share?: string; gpus?: number; reason: string }>[]
  late?: readonly Readonly<{ month: Month; arrives: Month; kinds: readonly LateKind[] }>[]
  conditions?: readonly Readonly<{
    clause: string
    condition: string
    block?: string
    from: LocalDate
    through: LocalDate
    holds: boolean
  }>[]
  figures?: readonly (When & Readonly<{ clause: string; figure: string; of?: string; stands: 'period' | 'start' | 'end'; value: Series }>)[]
  events?: readonly (When & Readonly<{ clause: string; event: string; of?: string; amount?: Series }>)[]
  indices?: readonly (When & Readonly<{ index: string; value: Series }>)[]
  payments?: readonly Readonly<{ days: number; part: string; from?: Month; through?: Month }>[]
  disputes?: readonly Readonly<{ id: string; at: LocalDate; month: Month; line: string; amount?: string; reason: string }>[]
  rulings?: readonly Readonly<{ dispute: string; at: LocalDate; upheld: string }>[]
  acceptances?: readonly Readonly<{ block: string; tranche: string; on: LocalDate }>[]
  amendments?: readonly Readonly<{ at: LocalDate; effective?: LocalDate; document?: string; changes?: readonly Change[] }>[]
}>

export type ParsedStory = Readonly<{
  story: Story
  /** SHA-256 of its content. */
  hash: string
  /** Where a pointer stands in the text, for what is found out later. */
  lineOf: (pointer: string) => number
}>

const located = (problems: readonly Problem[], lineOf: (pointer: string) => number): Problem[] =>
  problems.map((problem) => ({ ...problem, line: lineOf(problem.pointer) })).toSorted((a, b) => a.line - b.line)

/** Reads a story, YAML or JSON, as far as it can be understood without its agreement; or every problem it has, in the order of its lines. */
export const parseStory = (text: string): ParsedStory | Readonly<{ problems: readonly Problem[] }> => {
  const read = readDocument(text)
  if (!('value' in read)) return read
  const { sound, problems } = conform(storySchema, read.value)
  const all = [...read.problems, ...problems]
  if (all.length > 0) return { problems: located(all, read.lineOf) }
  const story = sound as unknown as Story
  return { story, hash: hashOfJson(sound!), lineOf: read.lineOf }
}

/** What a story says that its agreement, with all versions that the story loads, does not know or cannot be. */
export const storyProblems = ({ story, lineOf }: ParsedStory, schedule: Schedule): Problem[] => located(checkStory(story, schedule), lineOf)
