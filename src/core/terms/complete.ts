import type { BlockId, PoolId } from '../base/id.ts'
import type { Pool } from './agreement.ts'
import { itemsOf, type Sound, type SoundAgreement } from './sound.ts'

/** The pool a block is in where none is written: same SKU, same factory. */
export const defaultPool = ({ factory, sku }: { factory: string; sku: string }): PoolId => `${factory}-${sku.toLowerCase()}` as PoolId

const defaultPools = ({ blocks, pools }: SoundAgreement): Sound<Pool>[] => {
  const pooled = new Set(itemsOf(pools).flatMap(([pool]) => pool.blocks ?? []))
  const byPool = new Map<PoolId, Set<BlockId>>()
  for (const [{ id, factory, sku }] of itemsOf(blocks)) {
    if (id === undefined || factory === undefined || sku === undefined || pooled.has(id)) continue
    const pool = defaultPool({ factory, sku })
    byPool.set(pool, (byPool.get(pool) ?? new Set()).add(id))
  }
  return [...byPool].map(([id, ids]) => ({ id, attribution: 'supported-first', blocks: [...ids] }))
}

/** The term, unless it ends before it starts: nothing follows from such a one. */
export const termOf = ({ term }: SoundAgreement): SoundAgreement['term'] =>
  term?.from !== undefined && term.through !== undefined && term.through < term.from ? undefined : term

/** Fills in what follows from other parts of the document: dates from the term, and pools. */
export const complete = (document: SoundAgreement): SoundAgreement => {
  const { version, effective, commencement, clauses, pools } = document
  const term = termOf(document)
  const counted = effective ?? (version === 1 ? term?.from : undefined)
  const commenced = commencement ?? term?.from
  return {
    ...document,
    ...(counted === undefined ? {} : { effective: counted }),
    ...(commenced === undefined ? {} : { commencement: commenced }),
    pools: [...(pools ?? []), ...defaultPools(document)],
    clauses: (clauses ?? []).map((clause) => {
      if (clause === null) return null
      const from = clause.from ?? term?.from
      const through = clause.through ?? term?.through
      return { ...clause, ...(from === undefined ? {} : { from }), ...(through === undefined ? {} : { through }) }
    }),
  }
}
