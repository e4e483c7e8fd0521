import * as fs from 'node:fs'
import { join } from 'node:path'
import type { Instant } from '../../core/base/time.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import type { Agreement } from '../../core/terms/agreement.ts'
import { parseAgreement } from '../../core/terms/parse.ts'
import type { Problem } from '../../core/base/problem.ts'
import { resolve } from '../../core/terms/resolve.ts'
import { reword, type Reworded } from '../../core/terms/reworded.ts'
import { sentences } from '../../core/terms/sentences.ts'
import { findVersions } from '../store/agreements.ts'
import type { Store } from '../store/database.ts'
import { findProposal, listProposals, type Proposal } from '../store/proposals.ts'
import { inReach, type Reach } from '../store/reach.ts'
import type { Work } from '../store/transaction.ts'
import { endProposal, propose, type EndRequest, type ProposeAnswer, type ProposeRequest } from './propose.ts'

/** A document against what was signed before it: `documents` are those that its sentences point into, by version. */
export type Draft = Readonly<{
  agreement: Agreement
  hash: string
  against: number | undefined
  reworded: readonly Reworded[]
  documents: ReadonlyMap<number, Agreement>
}>
export type DraftAnswer = Draft | Readonly<{ problems: readonly Problem[] }>

/** An agreement to begin from. */
export type Template = Readonly<{ name: string; agreement: Agreement; document: string }>

/** Reads a document against the versions before it, as far as this reach sees them. */
const draftOf = async (tx: Work, document: string): Promise<DraftAnswer> => {
  const parsed = parseAgreement(document, clauseKinds)
  if ('problems' in parsed) return parsed
  const { agreement, hash } = parsed
  const before = (await findVersions(tx.queries, agreement.agreement)).filter((each) => each.agreement.version < agreement.version)
  const next = resolve([...before, parsed], clauseKinds)
  if ('problems' in next) return next
  const signed = before.length === 0 ? undefined : resolve(before, clauseKinds)
  if (signed !== undefined && 'problems' in signed) throw new Error(`${agreement.agreement}, as signed, no longer resolves`)
  const said = signed === undefined ? [] : sentences(signed, clauseKinds)
  return {
    agreement,
    hash,
    against: before.at(-1)?.agreement.version,
    reworded: reword(said, sentences(next, clauseKinds)),
    documents: new Map([...before, parsed].map((each) => [each.agreement.version, each.agreement])),
  }
}

/** The agreements of a folder of examples, in order of their names; stories and portfolios are none, nor is what amends another. */
const readTemplates = async (folder: string): Promise<Template[]> => {
  const names = (await fs.promises.readdir(folder)).filter((name) => /^[a-z0-9-]+\.yaml$/.test(name)).toSorted()
  const templates: Template[] = []
  for (const file of names) {
    const document = await fs.promises.readFile(join(folder, file), 'utf8')
    const parsed = parseAgreement(document, clauseKinds)
    if ('agreement' in parsed && parsed.agreement.version === 1)
      templates.push({ name: file.slice(0, -'.yaml'.length), agreement: parsed.agreement, document })
  }
  return templates
}

/** What is proposed, read within a reach; and what is done about it. */
export type ProposalSource = Readonly<{
  now: () => Instant
  list: (agreement: string | undefined) => Promise<readonly Proposal[]>
  find: (id: string) => Promise<Readonly<{ proposal: Proposal; draft: DraftAnswer }> | undefined>
  draft: (document: string) => Promise<DraftAnswer>
  propose: (request: Omit<ProposeRequest, 'now'>) => Promise<ProposeAnswer>
  end: (request: Omit<EndRequest, 'now'>) => Promise<ProposeAnswer>
  templates: () => Promise<readonly Template[]>
}>

export const makeProposals = (store: Store, now: () => Instant, templatesFolder: string) => {
  let templates: Promise<Template[]> | undefined
  return (reach: Reach): ProposalSource => {
    const read = <T>(work: (tx: Work) => Promise<T>): Promise<T> => inReach<T>(store, reach, work)
    return {
      now,
      list: (agreement) => read((tx) => listProposals(tx, agreement)),
      find: (id) =>
        read(async (tx) => {
          const proposal = await findProposal(tx, id)
          return proposal && { proposal, draft: await draftOf(tx, proposal.document) }
        }),
      draft: (document) => read((tx) => draftOf(tx, document)),
      propose: (request) => propose(store, { ...request, now: now() }),
      end: (request) => endProposal(store, { ...request, now: now() }),
      templates: () => (templates ??= readTemplates(templatesFolder)),
    }
  }
}
