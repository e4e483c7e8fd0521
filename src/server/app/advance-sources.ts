import * as fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { AgreementId } from '../../core/base/id.ts'
import { describeProblem, type Problem } from '../../core/base/problem.ts'
import { startOfDate } from '../../core/base/time.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { parseAgreement, type ParsedAgreement } from '../../core/terms/parse.ts'
import { resolve } from '../../core/terms/resolve.ts'
import type { AdvanceSource } from './advance.ts'
import { loadAgreement } from './load-agreement.ts'
import type { Detail } from '../history/month-facts.ts'
import { readAmendments } from '../history/read-amendments.ts'
import { parseStory, storyProblems } from '../history/story.ts'
import { findVersions, listAgreements, type SignedVersion } from '../store/agreements.ts'
import { asSystem, type Store } from '../store/database.ts'

const examples = join(import.meta.dirname, '../../../examples')

/** Largest document or story, in bytes. */
const bytesMax = 2 ** 20

/** Whom it is told why something cannot be advanced, in sentences. */
export type Teller = Readonly<{ say: (text: string) => undefined }>

/** The text of a file; undefined, and said, where it cannot be read. */
const readText = (path: string, { say }: Teller): string | undefined => {
  try {
    const { size } = fs.statSync(path)
    if (size > bytesMax) return say(`${path}: has ${size} bytes; at most ${bytesMax} are read`)
    return fs.readFileSync(path, 'utf8')
  } catch (error) {
    return say(`${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`)
  }
}

export type SourceOptions = Readonly<{ agreement?: string; seed: number; detail: Detail; story?: string }>

/** An agreement to advance: its versions, and the folder that its story is looked for in. */
type Wanted = Readonly<{ agreement: string; versions: readonly SignedVersion[]; document: string | undefined; folder: string }>

/** What is to be advanced, and the documents of it that are not on record yet. */
export type Found = Readonly<{ sources: readonly AdvanceSource[]; fresh: readonly Readonly<{ agreement: string; document: string }>[] }>

/** Agreements that are on record or can be put there, each with its story; undefined, and said, where that cannot be. Nothing is written. */
export const findSources = async (store: Store, options: SourceOptions, teller: Teller): Promise<Found | undefined> => {
  const wanted = await findWanted(store, options, teller)
  const sources = wanted?.map((each) => sourceOf(each, options, teller))
  if (wanted === undefined || sources === undefined || sources.some((source) => source === undefined)) return undefined
  if (sources.length === 0) return teller.say('there is no agreement to advance: none is on record, and no example has a story')
  const fresh = wanted.flatMap(({ agreement, document }) => (document === undefined ? [] : [{ agreement, document }]))
  return { sources: sources as AdvanceSource[], fresh }
}

/** Puts agreements on record as at the start of their terms; answers whether that could be done, and says where not. */
export const loadFresh = async (store: Store, fresh: Found['fresh'], { say }: Teller): Promise<boolean> => {
  for (const { agreement, document } of fresh) {
    const { term } = (parseAgreement(document, clauseKinds) as ParsedAgreement).agreement
    const answer = await loadAgreement(store, { document, now: startOfDate(term.from, 'UTC'), by: 'offtake advance' })
    if (answer.kind === 'loaded') continue
    for (const problem of answer.problems) say(describeProblem(agreement, problem))
    return false
  }
  return true
}

const findWanted = async (store: Store, { agreement }: SourceOptions, teller: Teller): Promise<Wanted[] | undefined> => {
  const known = (await asSystem(store.database, (tx) => listAgreements(tx))).map((each) => each.agreement)
  const onRecord = async (name: string): Promise<Wanted> => ({
    agreement: name,
    versions: await asSystem(store.database, (tx) => findVersions(tx, name)),
    document: undefined,
    folder: examples,
  })
  if (agreement === undefined) {
    const told = fs
      .readdirSync(examples)
      .filter((file) => file.endsWith('.story.yaml'))
      .map((file) => file.slice(0, -'.story.yaml'.length))
    const fresh = told.filter((name) => !known.includes(name)).map((name) => fromFile(join(examples, `${name}.yaml`), teller))
    if (fresh.some((each) => each === undefined)) return undefined
    const all = [...(await Promise.all(known.map(onRecord))), ...(fresh as Wanted[])]
    return all.toSorted((a, b) => (a.agreement < b.agreement ? -1 : 1))
  }
  if (known.includes(agreement)) return [await onRecord(agreement)]
  const path = [agreement, join(examples, `${agreement}.yaml`)].find((each) => fs.existsSync(each) && fs.statSync(each).isFile())
  if (path === undefined) return teller.say(`no agreement ${agreement} is on record or among the examples, and there is no such file`)
  const read = fromFile(path, teller)
  if (read === undefined) return undefined
  return [known.includes(read.agreement) ? { ...(await onRecord(read.agreement)), folder: read.folder } : read]
}

const fromFile = (path: string, teller: Teller): Wanted | undefined => {
  const document = readText(path, teller)
  if (document === undefined) return undefined
  const parsed = parseVersion(path, document, teller)
  return parsed && { agreement: parsed.agreement.agreement, versions: [{ ...parsed, document }], document, folder: dirname(path) }
}

const parseVersion = (path: string, document: string, { say }: Teller): ParsedAgreement | undefined => {
  const parsed = parseAgreement(document, clauseKinds)
  if (!('problems' in parsed)) return parsed
  for (const problem of parsed.problems) say(describeProblem(path, problem))
  return undefined
}

/** The agreement with its story, checked against each other and all the versions that the story loads; undefined, and said, where they do not fit. */
const sourceOf = ({ agreement, versions, folder }: Wanted, options: SourceOptions, teller: Teller): AdvanceSource | undefined => {
  const usual = join(folder, `${agreement}.story.yaml`)
  const path = options.story ?? (fs.existsSync(usual) ? usual : undefined)
  const base = { agreement: agreement as AgreementId, seed: options.seed, detail: options.detail }
  if (path === undefined) return { ...base, story: undefined, amendments: [] }
  const text = readText(path, teller)
  if (text === undefined) return undefined
  const story = parseStory(text)
  if ('problems' in story) return complain(path, story.problems, teller)
  const amendments = readAmendments(story, versions, (file) => {
    const beside = join(dirname(path), basename(file))
    return fs.existsSync(beside) ? readText(beside, teller) : undefined
  })
  if ('problems' in amendments) return complain(path, amendments.problems, teller)
  const known = new Set(versions.map(({ hash }) => hash))
  const schedule = resolve(
    [...versions, ...amendments.filter(({ parsed }) => !known.has(parsed.hash)).map(({ parsed }) => parsed)],
    clauseKinds,
  )
  if ('problems' in schedule) return complain(path, schedule.problems, teller)
  const problems = storyProblems(story, schedule)
  if (problems.length > 0) return complain(path, problems, teller)
  return { ...base, story, amendments }
}

const complain = (path: string, problems: readonly Problem[], { say }: Teller): undefined => {
  for (const problem of problems) say(describeProblem(path, problem))
}
