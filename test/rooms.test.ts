import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { complaint, rooms } from '../scripts/rooms.ts'

const root = join(import.meta.dirname, '..')
const src = (path: string): string => join(root, 'src', path)

describe('the table', () => {
  test('H6 what a row does not name is refused, with the room and what it asked for', () => {
    const refused: [file: string, specifier: string, complaint: RegExp][] = [
      ['core/base/a.ts', '../terms/agreement.ts', /core\/base may not import core\/terms/],
      ['core/base/a.ts', 'node:fs', /core\/base may not import the package node:fs/],
      ['core/base/a.ts', 'yaml', /may not import the package yaml/],
      ['core/base/a.ts', './deeper/b.ts', /core\/base is flat/],
      ['core/terms/a.ts', '../settlement/settle.ts', /core\/terms may not import core\/settlement/],
      ['core/settlement/a.ts', '../ledger/journal.ts', /core\/settlement may not import core\/ledger/],
      ['core/ledger/a.ts', '../settlement/line.ts', /core\/ledger may not import core\/settlement/],
      ['core/settlement/a.ts', '../../server/store/database.ts', /core\/settlement may not import server\/store/],
      ['core/statements/a.ts', '../../../scripts/rooms.ts', /may not import a file outside every room/],
      ['server/store/a.ts', '../app/close.ts', /server\/store may not import server\/app/],
      ['server/app/a.ts', '../api/api.ts', /server\/app may not import server\/api/],
      ['server/app/a.ts', 'fastify', /server\/app may not import the package fastify/],
      ['console/a.tsx', '../core/settlement/settle.ts', /console may not import core\/settlement/],
      ['console/a.tsx', '../server/api/api.ts', /console may not import server\/api/],
      ['wire/a.ts', '../server/store/database.ts', /wire may not import server\/store/],
    ]
    for (const [file, specifier, expected] of refused) assert.match(complaint(src(file), specifier) ?? 'no complaint', expected)
  })

  test('H6 what a row names is not refused, and tests import what they need', () => {
    const allowed: [file: string, specifier: string][] = [
      ['core/base/a.ts', './b.ts'],
      ['core/base/a.ts', '@noble/hashes/sha2.js'],
      ['core/terms/a.ts', '../base/steps.ts'],
      ['core/terms/a.ts', 'yaml'],
      ['server/app/a.ts', '../store/database.ts'],
      ['server/app/a.ts', '../../core/settlement/settle.ts'],
      ['server/main.ts', './api/api.ts'],
      ['cli/a.ts', '../server/main.ts'],
      ['console/a.tsx', '../core/base/steps.ts'],
      ['core/base/a.test.ts', 'node:fs'],
      ['core/base/a.test.ts', '../../../test/database.ts'],
    ]
    for (const [file, specifier] of allowed) assert.equal(complaint(src(file), specifier), undefined, `${file} imports ${specifier}`)
  })

  test('H6 no two rooms of core may import each other, and core imports core alone', () => {
    const reaches = (room: string, seen: ReadonlySet<string> = new Set()): boolean =>
      rooms[room]!.rooms.some((next) => next === room || (!seen.has(next) && reaches2(next, room, new Set([...seen, next]))))
    const reaches2 = (at: string, target: string, seen: ReadonlySet<string>): boolean =>
      rooms[at]!.rooms.some((next) => next === target || (!seen.has(next) && reaches2(next, target, new Set([...seen, next]))))
    for (const [room, row] of Object.entries(rooms).filter(([name]) => name.startsWith('core/'))) {
      assert.ok(
        row.rooms.every((other) => other.startsWith('core/') && other in rooms),
        `${room} imports outside core, or a room that is not in the table`,
      )
      assert.ok(!reaches(room), `${room} reaches itself`)
      assert.ok(!row.packages.some((each) => each.startsWith('node:') || each === '*'), `${room} may import Node`)
    }
  })
})

/** A copy of the configuration with planted files, on which the linter and the compiler really run. */
const planted = (files: Record<string, string>): string => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-planted-'))
  for (const name of fs
    .readdirSync(root)
    .filter((each) => /^tsconfig.*\.json$|^oxlint\.config\.ts$|^package\.json$|^\.oxfmtrc\.json$/.test(each)))
    fs.copyFileSync(join(root, name), join(folder, name))
  fs.mkdirSync(join(folder, 'scripts'))
  fs.copyFileSync(join(root, 'scripts/rooms.ts'), join(folder, 'scripts/rooms.ts'))
  fs.symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [path, text] of Object.entries(files)) {
    fs.mkdirSync(dirname(join(folder, path)), { recursive: true })
    fs.writeFileSync(join(folder, path), text)
  }
  return folder
}

const tool = (folder: string, name: string, args: readonly string[]) => {
  const home = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  const { bin } = JSON.parse(fs.readFileSync(join(home, 'package.json'), 'utf8')) as { bin: Record<string, string> }
  const path = Object.values(bin)[0]!
  const run = spawnSync(process.execPath, [join(home, path), ...args], { cwd: folder, encoding: 'utf8' })
  return { status: run.status, text: run.stdout + run.stderr }
}

const long = (lines: number): string => Array.from({ length: lines }, (_, i) => `export const line${i} = ${i}\n`).join('')

/** Each planted file, and the rule that has to refuse it. */
const lintBans: Record<string, [source: string, rule: string]> = {
  'src/core/base/wrong-room.ts': ["import { a } from '../terms/a.ts'\nexport const b = a\n", 'rooms(imports)'],
  'src/core/base/wrong-export.ts': ["export { a } from '../terms/a.ts'\n", 'rooms(imports)'],
  'src/core/base/wrong-all.ts': ["export * from '../terms/a.ts'\n", 'rooms(imports)'],
  'src/core/base/wrong-lazy.ts': ["export const b = () => import('../terms/a.ts')\n", 'rooms(imports)'],
  'src/core/base/wrong-type.ts': ["export type B = import('../terms/a.ts').A\n", 'rooms(imports)'],
  'src/core/base/wrong-type-import.ts': ["import type { A } from '../terms/a.ts'\nexport type B = A\n", 'rooms(imports)'],
  'src/core/base/wrong-package.ts': ["import { readFileSync } from 'node:fs'\nexport const b = readFileSync\n", 'rooms(imports)'],
  'src/core/base/deep.ts': ["export { c } from './deeper/c.ts'\n", 'rooms(imports)'],
  'src/core/base/cycle-a.ts': ["import { y } from './cycle-b.ts'\nexport const x = (): number => y()\n", 'import(no-cycle)'],
  'src/core/base/date.ts': ['export const b = new Date(0)\n', 'no-restricted-globals'],
  'src/core/base/date-now.ts': ['export const b = Date.now()\n', 'no-restricted-globals'],
  'src/core/base/float.ts': ["export const b = parseFloat('1.5')\n", 'no-restricted-globals'],
  'src/core/base/number-float.ts': ["export const b = Number.parseFloat('1.5')\n", 'no-restricted-properties'],
  'src/core/base/chance.ts': ['export const b = Math.random()\n', 'no-restricted-properties'],
  'src/core/base/chance-taken.ts': ['export const { random } = Math\n', 'no-restricted-properties'],
  'src/core/base/now.ts': ['export const b = Temporal.Now.instant()\n', 'no-restricted-properties'],
  'src/core/base/clock.ts': ['export const b = performance.now()\n', 'no-restricted-properties'],
  'src/core/base/default.ts': ['const b = 1\nexport default b\n', 'import(no-default-export)'],
  'src/core/base/any.ts': ['export const b = (c: any): number => c\n', 'no-explicit-any'],
  'src/core/base/sorts.ts': ['export const b = (list: number[]): number[] => list.sort((x, y) => x - y)\n', 'no-array-sort'],
  'src/core/base/reverses.ts': ['export const b = (list: number[]): number[] => list.reverse()\n', 'no-array-reverse'],
  'src/core/base/long.ts': [long(301), 'max-lines'],
  'src/core/base/long-function.ts': [
    `export const b = (): number => {\n${'  Math.abs(1)\n'.repeat(61)}  return 1\n}\n`,
    'max-lines-per-function',
  ],
  'src/core/base/missing-case.ts': [
    "export type K = { kind: 'a' } | { kind: 'b' }\nexport const b = (k: K): number => {\n  switch (k.kind) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n",
    'switch-exhaustiveness-check',
  ],
  'src/server/app/floating.ts': [
    'const later = async (): Promise<void> => {}\nexport const b = (): void => {\n  later()\n}\n',
    'no-floating-promises',
  ],
  'src/server/app/misused.ts': [
    'const later = async (): Promise<boolean> => true\nexport const b = (): number => {\n  if (later()) return 1\n  return 2\n}\n',
    'no-misused-promises',
  ],
}

/** What the compiler refuses in core, which knows neither Node nor the browser, and anywhere, because Node only strips types. */
const typeBans: Record<string, [source: string, code: RegExp]> = {
  'src/core/base/document.ts': ['export const b = document.title\n', /TS2584|TS2304/],
  'src/core/base/process.ts': ['export const b = process.argv\n', /TS2591|TS2580|TS2304/],
  'src/core/base/buffer.ts': ['export const b = Buffer.alloc(1)\n', /TS2591|TS2580|TS2304/],
  'src/core/base/timeout.ts': ['setTimeout(() => {}, 1)\n', /TS2304|TS2591|TS2580/],
  'src/core/base/fetch.ts': ["export const b = fetch('')\n", /TS2304/],
  'src/core/base/crypto.ts': ['export const b = crypto.subtle\n', /TS2304|TS2591|TS2580/],
  'src/core/base/node.ts': ["import { readFileSync } from 'node:fs'\nexport const b = readFileSync\n", /TS2591|TS2307/],
  'src/core/base/enum.ts': ['export enum E {\n  a,\n}\n', /TS1294/],
  'src/core/base/namespace.ts': ['export namespace N {\n  export const a = 1\n}\n', /TS1294/],
  'src/core/base/parameter-property.ts': ['export class C {\n  constructor(public a: number) {}\n}\n', /TS1294/],
  'src/core/base/type-as-value.ts': ["import { Fine } from './fine.ts'\nexport type B = Fine\n", /TS1484/],
  'src/core/base/unchecked.ts': ['export const b = (list: number[]): number => list[0]\n', /TS2322/],
  'src/core/base/optional.ts': ['export const b: { a?: number } = { a: undefined }\n', /TS2375/],
}

describe('the tools', () => {
  const neighbours = {
    'src/core/terms/a.ts': 'export const a = 1\nexport type A = number\n',
    'src/core/base/deeper/c.ts': 'export const c = 1\n',
    'src/core/base/cycle-b.ts': "import { x } from './cycle-a.ts'\nexport const y = (): number => x()\n",
    'src/core/base/fine.ts': 'export type Fine = number\n',
    'src/core/base/fine.test.ts': `import { test } from 'node:test'\n\ntest('it runs', () => {})\n${long(301)}`,
  }
  const sources = (bans: Record<string, [string, unknown]>) =>
    Object.fromEntries(Object.entries(bans).map(([path, [source]]): [string, string] => [path, source]))
  const made: string[] = []
  after(() => made.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })))
  const plant = (files: Record<string, string>): string => {
    const folder = planted({ ...neighbours, ...files })
    made.push(folder)
    return folder
  }

  test('H6 H7 the linter refuses each planted file by its rule, and no other file', () => {
    const { text, status } = tool(plant(sources(lintBans)), 'oxlint', ['--format', 'unix'])
    assert.equal(status, 1, text)
    const said = text.split('\n')
    const missing = Object.entries(lintBans).filter(([path, [, rule]]) => !said.some((line) => line.includes(path) && line.includes(rule)))
    assert.deepEqual(
      missing.map(([path, [, rule]]) => `${path} by ${rule}`),
      [],
      text,
    )
    const fine = said.filter((line) => line.includes('/fine.') || line.includes('terms/a.ts'))
    assert.deepEqual(fine, [])
  })

  test('H7 the compiler refuses each planted file of core by its error', () => {
    const { text, status } = tool(plant(sources(typeBans)), 'typescript', ['-p', 'tsconfig.core.json', '--noEmit', 'false'])
    assert.notEqual(status, 0)
    const said = text.split('\n')
    const missing = Object.entries(typeBans).filter(([path, [, code]]) => !said.some((line) => line.includes(path) && code.test(line)))
    assert.deepEqual(
      missing.map(([path, [, code]]) => `${path} by ${String(code)}`),
      [],
      text,
    )
    assert.ok(!said.some((line) => line.includes('/fine.')), text)
  })

  test('H7 the formatter refuses what it would write otherwise', () => {
    const folder = plant({ 'src/core/base/ugly.ts': 'export const b = { "a" : 1 };\n' })
    const { text, status } = tool(folder, 'oxfmt', ['--check', '.'])
    assert.equal(status, 1, text)
    assert.match(text, /ugly\.ts/)
    assert.doesNotMatch(text, /fine\.ts/)
  })
})
