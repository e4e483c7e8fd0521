import { useEffect, useState } from 'react'
import type { Json } from '../core/base/canonical.ts'
import type { SentenceWire } from '../wire/agreement.ts'
import type { ChangeWire, WhatIfMonthWire } from '../wire/what-if.ts'
import { askWhatIf, type WhatIfSoFar } from './compare-queries.ts'
import { Failure } from './fetch.ts'

/** A value within a term that can be asked about: a number, a date, a choice. */
export type Leaf = Readonly<{ pointer: string; value: Json }>

/** Values of one term that are shown as fields; a term with more is changed as a document. */
export const leavesMax = 12

const escapedToken = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1')

const leavesIn = (value: Json, pointer: string): Leaf[] => {
  if (value === null) return []
  if (typeof value !== 'object') return [{ pointer, value }]
  const parts = Array.isArray(value) ? value.map((each, i) => [String(i), each as Json] as const) : Object.entries(value)
  return parts.flatMap(([key, each]) => (each === undefined ? [] : leavesIn(each, `${pointer}/${escapedToken(key)}`)))
}

/** What of a term can be asked about; nothing of one that only a default says, or that is a text. */
export const leavesOf = ({ pointer, value }: Pick<SentenceWire, 'pointer' | 'value'>): readonly Leaf[] => {
  // Parties and blocks may not change, and a clause as a whole is an amendment: what is asked about are its terms.
  if (value === null || !/^\/clauses\/\d+\/./.test(pointer)) return []
  const leaves = leavesIn(JSON.parse(value) as Json, pointer).filter(({ pointer: at }) => !/\/(id|text|kind|payer|payee|unit)$/.test(at))
  return leaves.length > leavesMax ? [] : leaves
}

/** Changed terms as an address has them: pairs of pointer and value. */
export const writeChanges = (leaves: readonly Leaf[]): string => JSON.stringify(leaves.map(({ pointer, value }) => [pointer, value]))
export const readChanges = (text: string | undefined): readonly Leaf[] => {
  if (text === undefined) return []
  try {
    const parsed = JSON.parse(text) as unknown
    if (!Array.isArray(parsed)) return []
    return parsed.flatMap((pair: unknown): Leaf[] =>
      Array.isArray(pair) && typeof pair[0] === 'string' && pair.length === 2 ? [{ pointer: pair[0], value: pair[1] as Json }] : [],
    )
  } catch {
    return []
  }
}

/** A field's text as a value of the kind that stands there now. */
export const valueOfText = (text: string, now: Json): Json => {
  if (typeof now === 'boolean') return text === 'true'
  return typeof now === 'number' && /^-?\d+$/.test(text.trim()) ? Number(text) : text.trim()
}

export type Asking = Readonly<{
  months: readonly WhatIfMonthWire[]
  whole: WhatIfSoFar['whole']
  failure: Failure | undefined
  running: boolean
}>
const nothing: Asking = { months: [], whole: undefined, failure: undefined, running: false }

/** Asks the server what these changes come to, month by month. Another question, or to leave, stops it. */
export const useWhatIf = (id: string, changes: readonly ChangeWire[]): Asking => {
  const [asking, setAsking] = useState<Asking & Readonly<{ of: string }>>({ ...nothing, of: '' })
  const of = JSON.stringify([id, changes])
  useEffect(() => {
    const [agreement, asked] = JSON.parse(of) as [string, ChangeWire[]]
    if (asked.length === 0) return undefined
    const stop = new AbortController()
    const run = async (): Promise<void> => {
      try {
        for await (const so of askWhatIf(agreement, asked, stop.signal))
          setAsking({ of, ...so, failure: undefined, running: so.whole === undefined })
      } catch (error) {
        if (stop.signal.aborted) return
        if (!(error instanceof Failure)) throw error
        setAsking((before) => ({ ...(before.of === of ? before : nothing), of, failure: error, running: false }))
      }
    }
    void run()
    return () => stop.abort()
  }, [of])
  // Until the first month of a new question is there, nothing of the one before shows.
  return asking.of === of ? asking : { ...nothing, running: changes.length > 0 }
}
