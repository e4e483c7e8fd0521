import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { canonical } from '../../core/base/canonical.ts'
import { formatInstant } from '../../core/base/time.ts'
import {
  AuditEntryDetailShape,
  AuditLogShape,
  AuditQueryShape,
  ChainQueryShape,
  ChainShape,
  PickQueryShape,
  PickShape,
  type AuditEntryWire,
} from '../../wire/audit.ts'
import type { AuditReach, makeAudit } from '../app/audit.ts'
import type { Link } from '../store/audit-chain.ts'
import type { AuditEntry } from '../store/audit-entries.ts'
import { problems } from './agreement-routes.ts'
import { principalOf, reachOf, type SourceOf } from './principal.ts'
import { notFound } from './problems.ts'

/** What is read of the audit log. */
export type AuditSource = ReturnType<ReturnType<typeof makeAudit>>

/** Administrators are of this installation and of no party: they read what is of no agreement, and no amounts. */
export const auditReachOf = (request: FastifyRequest): AuditReach =>
  principalOf(request).role === 'administrator' ? { kind: 'installation' } : reachOf(request)

/** Whole seconds where there are no others: the log keeps microseconds. */
const short = (at: string): string => at.replace(/\.0{6}Z$/, 'Z')

const toEntry = ({ content, link }: AuditEntry): AuditEntryWire => {
  const { at, ...said } = content
  const sealed = link && { position: link.position, digest: link.digest, previous: link.previous, hash: link.hash, sealedAt: link.sealedAt }
  return { ...said, at: short(at), recordedAt: link?.sealedAt ?? null, link: sealed ?? null }
}

const toPlace = (link: Link | undefined) =>
  link === undefined ? null : { position: link.position, entry: link.entry, hash: link.hash, sealedAt: link.sealedAt }

/** Offsets of RFC 3339 go further than PostgreSQL's, and years further back: whole seconds of UTC, from 1970 on, are understood by both. */
const inUtc = (text: string): string => formatInstant(Math.max(0, Math.ceil(Date.parse(text) / 1000)))

const log = (api: FastifyInstance, sourceOf: SourceOf<AuditSource>): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/audit',
    {
      config: { needs: 'audit:read' },
      schema: {
        operationId: 'listAudit',
        summary: 'Who did what to what, the newest first, a page at a time: of the agreements one may see, and of one’s own party',
        querystring: AuditQueryShape,
        response: { 200: AuditLogShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const { cursor, limit, from: since, to: before, ...rest } = request.query
      const utc = (text: string | undefined): string | undefined => (text === undefined ? undefined : inUtc(text))
      const asked = { ...rest, from: utc(since), to: utc(before) }
      // One more than the page holds: so that it is known whether another follows.
      const found = await source.listEntries({ ...asked, before: cursor === undefined ? undefined : Number(cursor), limit: limit + 1 })
      const page = found.slice(0, limit)
      const next = found.length > limit ? `${page.at(-1)!.content.entry}` : null
      return { entries: page.map(toEntry), actions: await source.listActions(), next }
    },
  )
  routes.get(
    '/api/audit/:entry',
    {
      config: { needs: 'audit:read' },
      schema: {
        operationId: 'readAuditEntry',
        summary: 'One entry, as its hash is taken of, and its link in the chain',
        params: z.object({ entry: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
        response: { 200: AuditEntryDetailShape, ...problems },
      },
    },
    async (request) => {
      const { entry } = request.params
      const found = await sourceOf(request).findEntry(entry)
      if (found === undefined) throw notFound(`There is no entry ${entry} of the audit log here.`)
      return { ...toEntry(found), canonical: canonical(found.content) }
    },
  )
}

const checks = (api: FastifyInstance, sourceOf: SourceOf<AuditSource>, makeSeed: () => string): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/audit/chain',
    {
      config: { needs: 'audit:read' },
      schema: {
        operationId: 'checkAuditChain',
        summary: 'Works every hash of the log out again: up to which entry all is as it was written, and the last hash',
        querystring: ChainQueryShape,
        response: { 200: ChainShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const { head: kept } = request.query
      const { checked, verified, head, faults } = await source.checkChain()
      const headKnown = kept === undefined ? null : await source.isLink(kept)
      const whole = faults.length === 0 && headKnown !== false
      return { checked, whole, verified: toPlace(verified), head: toPlace(head), headKnown, faults: [...faults] }
    },
  )
  routes.get(
    '/api/audit/pick',
    {
      config: { needs: 'statements:read' },
      schema: {
        operationId: 'pickCent',
        summary:
          'Picks a cent: one smallest unit of money of all that final statements state, each as likely as any other, and the line it is of',
        querystring: PickQueryShape,
        response: { 200: PickShape, ...problems },
      },
    },
    async (request) => {
      const seed = request.query.seed ?? makeSeed()
      const picked = await sourceOf(request).pickCent(seed)
      if (picked === undefined) throw notFound('No statement is final yet, so there is no cent to pick.')
      const { agreement, month, version, line, cent, cents } = picked
      const at = `/agreements/${encodeURIComponent(agreement)}/periods/${month}`
      const address = { page: `${at}?v=${version}&line=${line}`, explanation: `/api${at}/lines/${line}?v=${version}` }
      return { seed, ...picked, cent: `${cent}`, cents: `${cents}`, ...address }
    },
  )
}

export const auditRoutes = async (api: FastifyInstance, sourceOf: SourceOf<AuditSource>, makeSeed: () => string): Promise<void> => {
  log(api, sourceOf)
  checks(api, sourceOf, makeSeed)
}
