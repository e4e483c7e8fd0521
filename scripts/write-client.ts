import * as fs from 'node:fs'
import { join } from 'node:path'
import { problemKinds } from '../src/wire/problem-kinds.ts'
import { breakingChanges } from './api-changes.ts'
import { apiDocument } from './api-document.ts'
import { clientText, type ApiDocument } from './client-text.ts'

const root = join(import.meta.dirname, '..')
export const snapshotOf = (version: string): string => join(root, `docs/openapi/${version}.json`)
const guide = join(root, 'docs/api.md')

/** The table of the guide between its marks, from the list of the code. */
export const withProblems = (text: string): string => {
  const rows = Object.entries(problemKinds).map(([kind, [statuses, meaning]]) => `| \`${kind}\` | ${statuses.join(', ')} | ${meaning} |`)
  const table = ['| Kind | Status | |', '| --- | --- | --- |', ...rows].join('\n')
  return text.replace(
    /(<!-- problems -->\n)[^]*?(\n<!-- \/problems -->)/,
    (_, before: string, after: string) => `${before}\n${table}\n${after}`,
  )
}

const main = async (): Promise<void> => {
  const now = await apiDocument()
  const path = snapshotOf(now.info.version)
  const before = fs.existsSync(path) ? (JSON.parse(fs.readFileSync(path, 'utf8')) as ApiDocument) : undefined
  const changes = before === undefined ? [] : breakingChanges(before, now)
  if (changes.length > 0) {
    process.stderr.write(
      `Version ${now.info.version} of the API would change for those who use it:\n${changes.map((change) => `  ${change}\n`).join('')}` +
        `Add instead, or begin a new version: a date more in src/wire/api-version.ts. A version that was never released may be begun anew: delete ${path}.\n`,
    )
    process.exitCode = 1
    return
  }
  fs.mkdirSync(join(root, 'docs/openapi'), { recursive: true })
  fs.writeFileSync(path, JSON.stringify(now))
  fs.writeFileSync(join(root, 'src/client/operations.ts'), clientText(now))
  fs.writeFileSync(guide, withProblems(fs.readFileSync(guide, 'utf8')))
}

if (import.meta.main) await main()
