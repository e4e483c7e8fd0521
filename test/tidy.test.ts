import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { rooms } from '../scripts/rooms.ts'
import { tidiness } from './tidy.ts'

const root = join(import.meta.dirname, '..')
const tidy = (problems: readonly string[]): void => {
  if (problems.length > 0) assert.fail(list(problems))
}
const list = (problems: readonly string[]): string =>
  problems.length === 0 ? '' : `${problems.length} to put right:\n  ${problems.join('\n  ')}`

describe('this repository', () => {
  const here = tidiness(root, Object.keys(rooms))
  test('H1 every room has a README with numbered rules, and a row in the table of rooms', () => tidy(here.readmes))
  test('H2 every rule has a test that begins with its number, and every test begins with a rule', () => tidy(here.rules))
  test('H3 files are named after what they export, and rooms are flat', () => tidy(here.names))
  test('H4 every example is named in a test', () => tidy(here.examples))
  test('H5 no file speaks of the workplace', () => tidy(here.words))
  test('H5 every link in a document leads to a file that is there', () => tidy(here.links))
})

describe('a tree with everything wrong', () => {
  // Spelt so that no test of this file seems to bear the name.
  const word = 'test'
  const named = (name: string) => `${word}('${name}', () => {})\n`
  const good: Record<string, string> = {
    'src/core/base/README.md': '# base\n- **X1** It holds.\n',
    'src/core/base/steps.ts': '',
    'src/core/base/steps.test.ts': named('X1 it holds'),
    'src/server/store/README.md': '| Rule | |\n| --- | --- |\n| `Y1` | It is kept. |\n',
    'src/server/store/keep.ts': '',
    'src/server/store/migrations/0001-all.sql': '',
    'test/README.md': '- **H1** It is tidy.\n',
    'test/store.test.ts': `${named('Y1 it is kept')}${named('H1 it is tidy')}// loads examples/one.yaml\n`,
    'examples/one.yaml': '',
    'README.md': '[base](src/core/base/README.md) [web](https://example.org) [above](#one)\n',
  }
  const look = (changes: Record<string, string | undefined>) => {
    const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-tidy-'))
    try {
      for (const [path, text] of Object.entries({ ...good, ...changes })) {
        if (text === undefined) continue
        fs.mkdirSync(join(folder, dirname(path)), { recursive: true })
        fs.writeFileSync(join(folder, path), text)
      }
      return Object.values(tidiness(folder, ['core/base', 'server/store'])).flat()
    } finally {
      fs.rmSync(folder, { recursive: true })
    }
  }
  const refuses = (changes: Record<string, string | undefined>, ...expected: RegExp[]) => {
    const problems = look(changes)
    assert.equal(problems.length, expected.length, list(problems))
    for (const pattern of expected)
      assert.ok(
        problems.some((problem) => pattern.test(problem)),
        `${String(pattern)} in ${list(problems)}`,
      )
  }

  test('H1 a tidy tree has nothing to put right; a README, its rules or its row missing is told', () => {
    assert.deepEqual(look({}), [])
    refuses({ 'src/core/base/README.md': undefined, 'README.md': undefined }, /base\/README.md is missing/, /names X1, which no README has/)
    refuses({ 'src/core/base/README.md': 'No rules.' }, /base\/README.md has no numbered rules/, /names X1, which no README has/)
    refuses(
      { 'src/wire/shape.ts': '', 'src/wire/README.md': '- **Z1** A shape.', 'src/wire/shape.test.ts': named('Z1 a shape') },
      /src\/wire is not in the table/,
    )
    refuses(
      { 'src/server/store/README.md': '- **Y1** It is kept.\n- **X1** Again.' },
      /X1 is also a rule of src\/core\/base/,
      /X1 has no test/,
    )
  })

  test('H2 a rule without a test, a test without a rule, and a rule that is tested elsewhere only are told', () => {
    refuses({ 'src/core/base/README.md': '- **X1** It holds.\n- **X2** It adds up.\n' }, /X2 has no test/)
    refuses({ 'src/core/base/more.test.ts': named('it works') }, /'it works' does not begin with the number/)
    refuses({ 'src/core/base/more.test.ts': named('X9 it works').replace('(', '.skip(') }, /names X9, which no README has/)
    refuses(
      { 'test/store.test.ts': `${named('H1 it is tidy')}// one.yaml`, 'src/core/base/more.test.ts': named('Y1 it is kept') },
      /Y1 has no test whose name begins with Y1, in src\/server\/store or test/,
    )
    assert.deepEqual(
      look({
        'src/core/base/README.md': '- **X1** One.\n- **X2** Two.\n- **X3** Three.\n',
        'src/core/base/steps.test.ts': `const cases = ['X2 two']\n${named('X1 X3 both')}`,
      }),
      [],
    )
  })

  test('H3 a nameless file and a folder of code inside a room are told', () => {
    for (const name of ['index.ts', 'types.ts', 'utils.ts', 'common.ts', 'commonParts.ts', 'helpers.ts', 'util-money.tsx'])
      refuses({ [`src/core/base/${name}`]: '' }, /a file is named after what it exports/)
    refuses({ 'src/core/base/calendar/days.ts': '' }, /base\/calendar wants to be a room of its own/)
  })

  test('H4 an example that no test names is told', () => refuses({ 'examples/two.yaml': '' }, /examples\/two.yaml is named in no test/))

  test('H5 a word of the workplace and a broken link are told, with file and line', () => {
    refuses({ 'docs/guide.md': 'one\nsee /work/main\n' }, /docs\/guide.md:2: '\/work\/' is a path/)
    refuses({ 'docs/guide.md': 'as issue #2 says' }, /'issue #2' is a ticket/)
    refuses({ 'docs/guide.md': '`../shared/spec/all`' }, /'\.\.\/shared\/' is a path/)
    refuses({ 'docs/guide.md': '[there](there.md)' }, /the link to there.md leads nowhere/)
    assert.deepEqual(look({ 'docs/guide.md': 'the default is `../shared/data`' }), [])
  })
})
