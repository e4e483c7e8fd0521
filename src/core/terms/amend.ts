import { canonical } from '../base/canonical.ts'
import type { Problem } from '../base/problem.ts'
import type { Instant } from '../base/time.ts'
import type { Agreement, Block, Clause } from './agreement.ts'
import { below } from './conform.ts'
import type { Signed } from './kind.ts'

/**
 * What a version may not say otherwise than the one before. A schedule has one list of blocks, pools and orders for all time, and facts of the
 * past are worked out from it: so an amendment adds to these and changes none. Clauses are free to change.
 */
const checkBlocks = (before: Agreement, now: Agreement): Problem[] => {
  const places = new Map(now.blocks.map(({ id }, index) => [id, index]))
  return before.blocks.flatMap((old): Problem[] => {
    const index = places.get(old.id)
    if (index === undefined) return [{ pointer: '/blocks', message: `block \`${old.id}\` is gone: keep it, and end its clauses` }]
    const block = now.blocks[index]!
    const pointer = below('/blocks', index)
    const text = (each: Block, key: keyof Block) => (each[key] === undefined ? 'nothing' : canonical(each[key]))
    const fixed = (['factory', 'region', 'sku', 'supported', 'commencement', 'maintenance'] as const).flatMap((key): Problem[] =>
      text(old, key) === text(block, key)
        ? []
        : [{ pointer: below(pointer, key), message: `\`${key}\` was ${text(old, key)}: it may not change, write a new block` }],
    )
    const ramp = old.tranches.flatMap((tranche): Problem[] => {
      const place = block.tranches.findIndex(({ id }) => id === tranche.id)
      const at = below(pointer, 'tranches')
      if (place < 0) return [{ pointer: at, message: `tranche \`${tranche.id}\` is gone: keep it, its acceptance may have been reported` }]
      if (block.tranches[place]!.gpus === tranche.gpus) return []
      return [{ pointer: `${at}/${place}/gpus`, message: `was ${tranche.gpus}: it may not change, write a new tranche` }]
    })
    return [...fixed, ...ramp]
  })
}

const checkPools = (before: Agreement, now: Agreement): Problem[] =>
  before.pools.flatMap((old): Problem[] => {
    const index = now.pools.findIndex(({ id }) => id === old.id)
    if (index < 0) return [{ pointer: '/pools', message: `pool \`${old.id}\` is gone: keep it` }]
    const pool = now.pools[index]!
    const pointer = below('/pools', index)
    const kept = pool.blocks.filter((block) => old.blocks.includes(block))
    return [
      ...(pool.attribution === old.attribution
        ? []
        : [
            {
              pointer: below(pointer, 'attribution'),
              message: `was ${old.attribution}: it may not change, write a new pool of new blocks`,
            },
          ]),
      ...(canonical(kept) === canonical(old.blocks)
        ? []
        : [{ pointer: below(pointer, 'blocks'), message: `held ${old.blocks.join(', ')}: blocks may be added, not moved` }]),
    ]
  })

const checkOrders = (before: Agreement, now: Agreement): Problem[] =>
  before.orders.flatMap((old): Problem[] => {
    const index = now.orders.findIndex(({ order }) => order === old.order)
    if (index < 0) return [{ pointer: '/orders', message: `order \`${old.order}\` is gone: keep it` }]
    if (canonical(now.orders[index]!.blocks) === canonical(old.blocks)) return []
    return [{ pointer: `/orders/${index}/blocks`, message: `was ${old.blocks.join(', ')}: it may not change` }]
  })

const said = (clause: Clause & Readonly<{ unit?: string }>, key: 'kind' | 'unit') => clause[key] ?? 'nothing'

const checkClauses = (before: Agreement, now: Agreement): Problem[] =>
  before.clauses.flatMap((old): Problem[] => {
    const index = now.clauses.findIndex(({ id }) => id === old.id)
    if (index < 0) return []
    // What a clause carries is of its kind, and counted in its unit.
    return (['kind', 'unit'] as const)
      .filter((key) => said(old, key) !== said(now.clauses[index]!, key))
      .slice(0, 1)
      .map((key) => ({
        pointer: `/clauses/${index}/${key}`,
        message: `was ${said(old, key)}: what was drawn under \`${old.id}\` means nothing here, give it a new id`,
      }))
  })

const checkFixed = (before: Agreement, now: Agreement): Problem[] => {
  const roles = ({ parties }: Agreement) => canonical(parties.map(({ id, role }) => `${role} ${id}`).toSorted())
  const fixed = (['agreement', 'zone', 'currency', 'commencement'] as const).flatMap((key): Problem[] =>
    now[key] === before[key] ? [] : [{ pointer: below('', key), message: `is ${now[key]}, but was ${before[key]}: it may not change` }],
  )
  return [
    ...fixed,
    ...(roles(now) === roles(before)
      ? []
      : [{ pointer: '/parties', message: 'are others than before: a new party needs a new agreement' }]),
    ...(now.term.from === before.term.from
      ? []
      : [{ pointer: '/term/from', message: `is ${now.term.from}, but was ${before.term.from}: it may not change` }]),
  ]
}

const checkChain = (before: Signed | undefined, { agreement }: Signed): Problem[] => {
  const expected = (before?.agreement.version ?? 0) + 1
  if (agreement.version !== expected) return [{ pointer: '/version', message: `is ${agreement.version}: version ${expected} comes next` }]
  if (before === undefined) return []
  const problems: Problem[] = []
  if (agreement.previous !== before.hash)
    problems.push({
      pointer: '/previous',
      message: `is ${agreement.previous}: the hash of version ${before.agreement.version} is ${before.hash}`,
    })
  return problems
}

/** Whether versions follow each other: numbers, hashes, and nothing changed that may not. They may count from any date. Problems name the version. */
export const checkVersions = (versions: readonly Signed[]): Problem[] =>
  versions.flatMap((signed, index) => {
    const before = index === 0 ? undefined : versions[index - 1]
    const changes =
      before === undefined
        ? []
        : [checkFixed, checkBlocks, checkPools, checkOrders, checkClauses].flatMap((check) => check(before.agreement, signed.agreement))
    return [...checkChain(before, signed), ...changes].map(({ pointer, message }) => ({
      pointer,
      message: versions.length === 1 ? message : `${message} (version ${signed.agreement.version})`,
    }))
  })

/**
 * Whether two resolved terms are the same from an instant on. Where they were written does not count, nor what was in force before: a start
 * before the instant counts as the instant.
 */
export const sameFrom = (a: unknown, b: unknown, at: Instant): boolean => {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || ArrayBuffer.isView(a)) {
    const [one, other] = [a as ArrayLike<unknown>, b as ArrayLike<unknown>]
    return one.length === other.length && Array.from(one).every((item, index) => sameFrom(item, other[index], at))
  }
  const [one, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>]
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((key) => {
    if (key === 'pointer' || key === 'origin') return true
    if (key === 'from') return Math.max(one[key] as Instant, at) === Math.max(other[key] as Instant, at)
    return sameFrom(one[key], other[key], at)
  })
}
