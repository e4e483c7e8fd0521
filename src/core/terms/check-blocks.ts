import { isId } from '../base/id.ts'
import type { Problem } from '../base/problem.ts'
import { gpusMax } from '../base/steps.ts'
import { checkUnique, makeUnknown } from './check-values.ts'
import { defaultPool } from './complete.ts'
import { below } from './conform.ts'
import { itemsOf, type SoundAgreement } from './sound.ts'

const checkRamps = ({ blocks, term }: SoundAgreement): Problem[] => {
  const all = itemsOf(blocks).flatMap(([{ tranches }, index]) =>
    itemsOf(tranches).map(([tranche, place]) => ({ tranche, pointer: `/blocks/${index}/tranches/${place}` })),
  )
  const last = term?.through
  const late = all.flatMap(({ tranche: { due }, pointer }): Problem[] =>
    due !== undefined && last !== undefined && due > last
      ? [{ pointer: below(pointer, 'due'), message: `${due} is after the term ends, ${last}` }]
      : [],
  )
  const gpus = all.reduce((total, { tranche }) => total + (tranche.gpus ?? 0), 0)
  return gpus > gpusMax ? [...late, { pointer: '/blocks', message: `hold ${gpus} GPUs: one agreement holds at most ${gpusMax}` }] : late
}

const checkPools = ({ blocks, pools }: SoundAgreement, written: number, ids: ReadonlySet<string>): Problem[] => {
  const unknown = makeUnknown('block', [...ids])
  const listed = itemsOf(pools).slice(0, written)
  const places = listed.flatMap(([pool, index]) =>
    itemsOf(pool.blocks).map(([block, place]) => ({ block, pool, pointer: `/pools/${index}/blocks/${place}` })),
  )
  const problems = places.flatMap(({ block, pointer }) => (ids.has(block) ? [] : [{ pointer, message: unknown(block) }]))
  const pooled = new Map<string, string | undefined>()
  for (const { block, pool, pointer } of places) {
    if (!pooled.has(block)) pooled.set(block, pool.id)
    else if (pooled.get(block) !== pool.id)
      problems.push({ pointer, message: `\`${block}\` is in pool \`${pooled.get(block)}\` already: every block is in one pool` })
  }
  const taken = new Set(listed.map(([{ id }]) => id as string | undefined))
  for (const [{ id, factory, sku }, index] of itemsOf(blocks)) {
    if (id === undefined || factory === undefined || sku === undefined || pooled.has(id)) continue
    const pool = defaultPool({ factory, sku })
    const pointer = `/blocks/${index}`
    if (taken.has(pool))
      problems.push({ pointer, message: `\`${id}\` is in no pool, and \`${pool}\` exists without it: list it in a pool` })
    else if (!isId(pool))
      problems.push({ pointer, message: `the default pool \`${pool}\` is too long a name: write the pool out under \`pools\`` })
  }
  return problems
}

const checkOrders = ({ orders, pools }: SoundAgreement, ids: ReadonlySet<string>): Problem[] => {
  const poolOf = new Map(itemsOf(pools).flatMap(([pool]) => itemsOf(pool.blocks).map(([block]) => [block as string, pool.id] as const)))
  const unknown = makeUnknown('block', [...ids])
  return itemsOf(orders).flatMap(([order, index]) => {
    const [first, ...others] = itemsOf(order.blocks).map(([block, place]) => ({
      block: block as string,
      pointer: `/orders/${index}/blocks/${place}`,
    }))
    if (first === undefined) return []
    const home = poolOf.get(first.block)
    return [first, ...others].flatMap(({ block, pointer }): Problem[] => {
      if (!ids.has(block)) return [{ pointer, message: unknown(block) }]
      if (home === undefined || poolOf.get(block) === home) return []
      return [
        {
          pointer,
          message: `\`${block}\` is in pool \`${poolOf.get(block)}\`, not in \`${home}\` like \`${first.block}\`: an order is placed in one pool`,
        },
      ]
    })
  })
}

/** Blocks, their ramps, pools and orders. `document` is completed; `written` is how many pools it had before. */
export const checkBlocks = (document: SoundAgreement, written: number): Problem[] => {
  const blocks = itemsOf(document.blocks)
  const ids = new Set(blocks.flatMap(([{ id }]) => (id === undefined ? [] : [id as string])))
  // With a block whose name is unsound, a name that seems unknown may be just that one.
  const known = blocks.length === (document.blocks ?? []).length && blocks.every(([{ id }]) => id !== undefined)
  return [
    ...checkUnique(
      blocks.map(([{ id }, index]) => [id, `/blocks/${index}/id`]),
      'block',
    ),
    ...blocks.flatMap(([{ tranches }, index]) =>
      checkUnique(
        itemsOf(tranches).map(([{ id }, place]) => [id, `/blocks/${index}/tranches/${place}/id`]),
        'tranche',
      ),
    ),
    ...checkUnique(
      itemsOf(document.pools)
        .slice(0, written)
        .map(([{ id }, index]) => [id, `/pools/${index}/id`]),
      'pool',
    ),
    ...checkUnique(
      itemsOf(document.orders).map(([{ order }, index]) => [order, `/orders/${index}/order`]),
      'order',
    ),
    ...checkRamps(document),
    ...(known ? [...checkPools(document, written, ids), ...checkOrders(document, ids)] : []),
  ]
}
