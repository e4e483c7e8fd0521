import * as fs from 'node:fs'
import { basename, dirname, extname, join, relative, sep } from 'node:path'

/** What is untidy in a tree laid out as this repository: one sentence each, every one of them at once. */
export type Tidiness = Readonly<{
  readmes: string[]
  rules: string[]
  names: string[]
  examples: string[]
  words: string[]
  links: string[]
}>

const skipped = new Set(['node_modules', '.git', '.offtake', '.cache', '.setup-lock', 'package-lock.json'])
const filesBelow = (folder: string): string[] =>
  fs.existsSync(folder)
    ? fs
        .readdirSync(folder, { withFileTypes: true })
        .filter(({ name }) => !skipped.has(name))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]))
    : []

const isCode = (file: string): boolean => /\.(?:ts|tsx|mjs|js)$/.test(file)
const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file)
const read = (file: string): string => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '')

/** The folders that hold code directly: `src/core/*`, `src/server/*` and the single rooms. */
const roomsOf = (root: string): string[] => {
  const below = (folder: string) =>
    fs.existsSync(join(root, folder))
      ? fs
          .readdirSync(join(root, folder), { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => `${folder}/${name}`)
      : []
  const single = below('src').filter((folder) => folder !== 'src/core' && folder !== 'src/server')
  return [...below('src/core'), ...below('src/server'), ...single].filter((room) => filesBelow(join(root, room)).some(isCode)).toSorted()
}

/** The numbers of the rules of a README: what a list item or a table row begins with, such as `- **B1** …` or "| `P1` | …". */
const rulesOf = (readme: string): string[] => [...readme.matchAll(/^\s*(?:[-*+]|\|)\s*[*`]*([A-Z]{1,4}\d+)\b/gm)].map(([, rule]) => rule!)

const ruleForm = /^[A-Z]{1,4}\d+$/
/** The rules that a name begins with: `ST3 ST5 the engine agrees …` proves two. */
const rulesNamed = (name: string): string[] => {
  const words = name.split(/[\s,:]+/)
  const end = words.findIndex((word) => !ruleForm.test(word))
  return words.slice(0, end === -1 ? words.length : end)
}
// Every quoted text counts, for a test may take its name from a list of cases.
const textsOf = (source: string): string[] => [...source.matchAll(/(['"`])([A-Z]{1,4}\d+\b[^'"`\n]*)/g)].map(([, , text]) => text!)
const testNamesOf = (source: string): string[] =>
  [...source.matchAll(/\b(?:test|it)(?:\.\w+)?\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g)].map(
    ([, a, b, c]) => a ?? b ?? c ?? '',
  )

const checkReadmes = (root: string, known: ReadonlySet<string>): { problems: string[]; owners: Map<string, string> } => {
  const problems: string[] = []
  const owners = new Map<string, string>()
  for (const room of [...roomsOf(root), 'test']) {
    const path = `${room}/README.md`
    const text = read(join(root, path))
    const rules = rulesOf(text)
    if (text === '')
      problems.push(`${path} is missing: the one question ${room} answers, what it owns, what it does not, its numbered rules`)
    else if (rules.length === 0) problems.push(`${path} has no numbered rules: begin each with its number, as in "- **X1** …"`)
    if (room !== 'test' && !known.has(room.slice('src/'.length))) problems.push(`${room} is not in the table of scripts/rooms.ts`)
    for (const rule of rules) {
      const other = owners.get(rule)
      if (other !== undefined) problems.push(`${path}: ${rule} is also a rule of ${other}/README.md; a number belongs to one rule`)
      owners.set(rule, room)
    }
  }
  return { problems, owners }
}

const checkRules = (root: string, owners: ReadonlyMap<string, string>): string[] => {
  const problems: string[] = []
  const tests = [...filesBelow(join(root, 'src')), ...filesBelow(join(root, 'test'))].filter(isTest)
  const proved = new Map<string, Set<string>>()
  for (const file of tests) {
    const source = read(file)
    const place = relative(root, file)
    for (const text of textsOf(source))
      for (const rule of rulesNamed(text))
        proved.set(rule, (proved.get(rule) ?? new Set()).add(place.startsWith('test/') ? 'test' : dirname(place)))
    for (const name of testNamesOf(source)) {
      const rules = rulesNamed(name)
      const unknown = rules.filter((rule) => !owners.has(rule) && !rule.startsWith('$'))
      if (rules.length === 0 && !name.startsWith('${'))
        problems.push(`${place}: the test '${name}' does not begin with the number of a rule`)
      for (const rule of unknown) problems.push(`${place}: the test '${name}' names ${rule}, which no README has`)
    }
  }
  for (const [rule, room] of owners) {
    const places = proved.get(rule) ?? new Set()
    if (!places.has(room) && !places.has('test'))
      problems.push(`${room}/README.md: ${rule} has no test whose name begins with ${rule}, in ${room} or test`)
  }
  return problems
}

const checkNames = (root: string): string[] => {
  const problems: string[] = []
  const roots = ['src', 'test', 'bench', 'scripts'].flatMap((folder) => filesBelow(join(root, folder)))
  for (const file of roots.filter(isCode)) {
    const name = basename(file, extname(file)).replace(/\.test$/, '')
    const place = relative(root, file)
    if (/^(?:index|types|util.*|common.*|helpers?.*)$/i.test(name))
      problems.push(`${place}: a file is named after what it exports, not ${name}`)
  }
  for (const room of roomsOf(root))
    for (const file of filesBelow(join(root, room)).filter(isCode)) {
      const inside = dirname(relative(join(root, room), file))
      if (inside !== '.')
        problems.push(`${relative(root, file)}: a room is flat; ${room}/${inside.split(sep)[0]!} wants to be a room of its own`)
    }
  return problems
}

const checkExamples = (root: string): string[] => {
  const tests = [...filesBelow(join(root, 'src')), ...filesBelow(join(root, 'test'))].filter(isTest).map(read).join('\n')
  return filesBelow(join(root, 'examples'))
    .filter((file) => !file.endsWith('.md'))
    .filter((file) => !tests.includes(basename(file)) && !tests.includes(basename(file, extname(file))))
    .map((file) => `${relative(root, file)} is named in no test: an example that is not run is not true for long`)
}

// The repository is read by people who were not there: it names no place, ticket or person of the workplace it was made in.
const workplace: readonly [RegExp, string][] = [
  [/(?<![\w.])\/work\//, 'a path of somebody’s machine'],
  [/\.\.\/shared\/(?!data\b)|\bshared\/(?:spec|prototypes|hooks)\b/, 'a path outside the repository other than ../shared/data'],
  [/\bissue\s+#?\d/i, 'a ticket'],
  [
    /\b(?:skeleton|product|terms|design|style|console|fleet|risk|domain|anchors|slurm-lab)\.md\b/,
    'a document that is not in the repository',
  ],
  [/\bthe brief\b|\bsub-?agents?\b|\bClaude\b|\bAnthropic\b/i, 'the workplace'],
]

const checkWords = (root: string): string[] => {
  const own = new Set(filesBelow(root).map((file) => basename(file)))
  return filesBelow(root)
    .filter((file) => !/tidy(?:\.test)?\.ts$/.test(file))
    .flatMap((file) => {
      const text = read(file)
      if (text.includes('\0')) return []
      return text.split('\n').flatMap((line, i) =>
        workplace.flatMap(([pattern, what]) => {
          const found = pattern.exec(line)?.[0]
          return found === undefined || own.has(found) ? [] : [`${relative(root, file)}:${i + 1}: '${found}' is ${what}`]
        }),
      )
    })
}

const checkLinks = (root: string): string[] =>
  filesBelow(root)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)[^)]*\)/g)]
        .filter(([, target]) => !fs.existsSync(join(dirname(file), decodeURI(target!))))
        .map(([, target]) => `${relative(root, file)}: the link to ${target!} leads nowhere`),
    )

export const tidiness = (root: string, knownRooms: readonly string[]): Tidiness => {
  const { problems, owners } = checkReadmes(root, new Set(knownRooms))
  return {
    readmes: problems,
    rules: checkRules(root, owners),
    names: checkNames(root),
    examples: checkExamples(root),
    words: checkWords(root),
    links: checkLinks(root),
  }
}
