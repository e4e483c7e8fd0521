import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parseReading } from '../src/core/meter/parse.ts'
import { makeProvider } from '../src/server/api/provider.ts'
import { makeLoginDesk, type LoginDesk } from '../src/server/api/login-desk.ts'
import { loginSecondsMax } from '../src/server/api/cookie.ts'
import { keysPerPersonMax } from '../src/server/app/keys.ts'
import { idleSecondsMax, noteUseEverySeconds, sessionSecondsMax, sessionsPerPersonMax } from '../src/server/app/sessions.ts'
import { makeHttpOutlet } from '../src/server/fleet/http-outlet.ts'
import { isLoopback, readLogin, wordsOf } from '../src/server/login-settings.ts'
import { serve } from '../src/server/serve.ts'
import { partiesMax } from '../src/server/store/readers.ts'
import { permissionNames, permissions, personal, roles } from '../src/wire/access.ts'
import { keyDaysMax, keysPageMax } from '../src/wire/key.ts'
import { peoplePageMax, readersPageMax } from '../src/wire/people.ts'
import { testDatabase } from './database.ts'
import { startIdentityProvider } from './identity-provider.ts'
import { offtake, temporaryFolder } from './offtake.ts'
import { startServing } from './serving.ts'

const root = join(import.meta.dirname, '..')
const guide = fs.readFileSync(join(root, 'docs/access.md'), 'utf8')
const { close, url, ...store } = await testDatabase()
const { write, remove } = temporaryFolder()
after(async () => {
  remove()
  await close()
})
const none = {
  OFFTAKE_OIDC_ISSUER: undefined,
  OFFTAKE_OIDC_CLIENT_ID: undefined,
  OFFTAKE_OIDC_CLIENT_SECRET: undefined,
  OFFTAKE_ORIGIN: undefined,
}
const env = { ...none, DATABASE_URL: url }
const configured = {
  OFFTAKE_OIDC_ISSUER: 'http://127.0.0.1:9/',
  OFFTAKE_OIDC_CLIENT_ID: 'offtake',
  OFFTAKE_ORIGIN: 'http://127.0.0.1:7420',
}
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

test('API38 the guide has every permission with who has it, and every limit with its value', () => {
  const table = rowsOf(guide.slice(guide.indexOf('## What roles may'), guide.indexOf('## Sessions')))
  assert.deepEqual(table[0], ['Permission', ...roles, 'a key'])
  assert.deepEqual(
    table.slice(2),
    permissionNames.map((permission) => [
      `\`${permission}\``,
      ...roles.map((role) => ((permissions[permission] as readonly string[]).includes(role) ? 'yes' : '')),
      personal.includes(permission) ? '' : 'yes',
    ]),
  )
  const limits = {
    idleSecondsMax,
    sessionSecondsMax,
    sessionsPerPersonMax,
    loginSecondsMax,
    keysPerPersonMax,
    keyDaysMax,
    noteUseEverySeconds,
    partiesMax,
    peoplePageMax,
    readersPageMax,
    keysPageMax,
  }
  const told = Object.fromEntries(
    [...guide.matchAll(/^\| `(\w+)` +\| +([\d,]+) \|/gm)].map(([, name, value]) => [name, Number(value!.replaceAll(',', ''))]),
  )
  assert.deepEqual(told, limits)
})

test('API38 what configures login is taken as a whole, and all that is wrong with it is said', () => {
  assert.deepEqual(readLogin(wordsOf({})), { login: undefined })
  const read = readLogin(wordsOf({ ...configured, OFFTAKE_OIDC_CLIENT_SECRET: 's' }))
  assert.ok('login' in read && read.login !== undefined)
  assert.deepEqual([read.login.clientId, read.login.clientSecret, read.login.origin.host], ['offtake', 's', '127.0.0.1:7420'])
  const wrong: [environment: Record<string, string>, says: RegExp[]][] = [
    [
      { OFFTAKE_OIDC_CLIENT_SECRET: 's' },
      [/OFFTAKE_OIDC_ISSUER is missing/, /OFFTAKE_OIDC_CLIENT_ID is missing/, /OFFTAKE_ORIGIN is missing/],
    ],
    [{ ...configured, OFFTAKE_ORIGIN: 'http://offtake.example' }, [/OFFTAKE_ORIGIN should begin with https/]],
    [{ ...configured, OFFTAKE_OIDC_ISSUER: 'http://login.example' }, [/OFFTAKE_OIDC_ISSUER should begin with https/]],
    [{ ...configured, OFFTAKE_ORIGIN: 'https://offtake.example/at' }, [/OFFTAKE_ORIGIN should be scheme and host alone/]],
    [
      { ...configured, OFFTAKE_ORIGIN: 'offtake', OFFTAKE_OIDC_ISSUER: 'ftp://x' },
      [/ISSUER should begin with https/, /ORIGIN should be an address/],
    ],
  ]
  for (const [environment, says] of wrong) {
    const answer = readLogin(wordsOf(environment))
    const problems = 'problems' in answer ? answer.problems : []
    assert.equal(problems.length, says.length, JSON.stringify(problems))
    for (const each of says)
      assert.ok(
        problems.some((problem) => each.test(problem)),
        String(each),
      )
  }
  assert.deepEqual(['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example'].map(isLoopback), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ])
})

test('API38 the worked example of the guide configures login, and the redirect address that it registers is the one that is sent', async () => {
  const said = Object.fromEntries(
    [...guide.matchAll(/^ *export (OFFTAKE_\w+)=("?)([^"\n]+)\2$/gm)].map(([, name, , value]) => [name, value]),
  )
  const read = readLogin(wordsOf(said))
  assert.ok('login' in read && read.login !== undefined, JSON.stringify(said))
  const { origin, issuer, clientSecret } = read.login
  assert.ok(clientSecret !== undefined && guide.includes(`${issuer.href}/.well-known/openid-configuration`))
  assert.ok(guide.includes(`Valid redirect URIs \`${origin.href}api/login/callback\``))
  const provider = await startIdentityProvider(`${origin.href}api/login/callback`, () => undefined)
  after(provider.close)
  const { url: sent } = await makeProvider({ ...read.login, issuer: new URL(provider.issuer) }).begin('/')
  assert.equal(sent.searchParams.get('redirect_uri'), `${origin.href}api/login/callback`)
})

test('API38 no server without login is reached from another machine: it says what to configure and ends with 2', async () => {
  for (const host of ['0.0.0.0', '::', '10.1.2.3']) {
    const ran = await offtake(['serve', '--host', host, '--port', '0'], env)
    assert.equal(ran.code, 2, ran.err)
    assert.match(ran.err, /no login is configured: whoever reached it could act as anyone\. Set OFFTAKE_OIDC_ISSUER.*OFFTAKE_ORIGIN/)
  }
  const half = await offtake(['serve', '--port', '0', '--origin', 'https://offtake.example'], env)
  assert.equal(half.code, 2)
  assert.match(half.err, /OFFTAKE_OIDC_ISSUER is missing/)
  await assert.rejects(serve(store, { port: 0, now: () => 0, host: '0.0.0.0' }), /no login is configured/)
  const { spawnSync } = await import('node:child_process')
  const start = spawnSync(process.execPath, [join(root, 'src/server/main.ts'), '--host', '0.0.0.0'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  assert.equal(start.status, 2)
  assert.match(start.stderr, /no login is configured/)
})

test('API38 with login it listens where it is told, answers to its public name, and knows nobody who brings nothing', async () => {
  const served = await startServing({ ...env, ...configured, OFFTAKE_ORIGIN: 'https://offtake.example' }, ['--host', '0.0.0.0'])
  try {
    const port = new URL(served.address).port
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
    assert.equal((await ask('/api/agreements')).status, 401)
    const session = (await (await ask('/api/session')).json()) as { login: string; provider: string; person: null }
    assert.deepEqual([session.login, session.provider, session.person], ['required', '127.0.0.1:9', null])
  } finally {
    served.child.kill('SIGINT')
    await served.ended
  }
})

test('CLI20 the first administrator, and a key for an agent, as the guide has them', async () => {
  const run = async (...args: string[]): Promise<string> => {
    const ran = await offtake(args, env)
    assert.equal(ran.code, 0, `${args.join(' ')}: ${ran.err}`)
    return ran.out.trim()
  }
  await run('load', join(root, 'examples/sharon-ai.yaml'))
  const person = await run('people', 'add', 'Ada Okafor', '--email', 'ada@offtake.example.com')
  assert.match(person, /^usr_[0-9a-f-]{36}$/)
  assert.equal(await run('people', 'give', person, 'administrator'), `${person}: administrator`)
  assert.match(await run('people', 'give', person, 'operator', 'sharon-ai'), /operator for sharon-ai/)
  assert.match(
    await run('people', 'list'),
    new RegExp(`^${person}\\tAda Okafor\\tada@offtake\\.example\\.com\\tadministrator, operator for sharon-ai$`, 'm'),
  )
  const key = await run(
    'keys',
    'add',
    'agent of Sydney',
    '--person',
    person,
    '--role',
    'operator',
    '--party',
    'sharon-ai',
    '--scope',
    'readings:write',
  )
  assert.match(key, /^offtake_[0-9a-f]{32}_[\w-]{43}$/)
  const listed = await run('keys', 'list')
  assert.match(listed, /agent of Sydney\tAda Okafor\toperator sharon-ai\treadings:write\tuntil \S+Z\tnever used/)
  assert.ok(!listed.includes(key.slice(-43)))
  assert.match(await run('keys', 'revoke', listed.split('\t')[0]!), /is revoked/)
  assert.equal(await run('people', 'take', person, 'operator', 'sharon-ai'), `${person}: administrator`)
})

test('CLI20 what cannot be is refused with what would be right: 2 for what was said, 1 for what is so', async () => {
  const person = (await offtake(['people', 'add', 'Ben', '--email', 'ben@offtake.example.com'], env)).out.trim()
  const refused: [args: string[], code: number, says: RegExp][] = [
    [['people', 'add', 'Cleo'], 2, /email .*where no subject is/],
    [['people', 'add', 'Cleo', '--email', 'none', '--subject', 's'], 2, /email/],
    [['people', 'add', 'Ben again', '--email', 'BEN@offtake.example.com'], 1, /is that of Ben/],
    [['people', 'give', person, 'king'], 2, /no role king; there are operator, guarantor/],
    [['people', 'give', person, 'operator'], 2, /party/],
    [['people', 'give', 'usr_x', 'administrator'], 2, /no person usr_x/],
    [['people', 'give', person, 'operator', 'nobody'], 1, /operator in no agreement/],
    [
      [
        'keys',
        'add',
        'k',
        '--person',
        person,
        '--role',
        'guarantor',
        '--party',
        'nvidia',
        '--scope',
        'readings:write',
        'statements:approve',
      ],
      2,
      /readings:write is not for a key of guarantor[^]*statements:approve is not/,
    ],
    [
      ['keys', 'add', 'k', '--person', person, '--role', 'guarantor', '--party', 'nvidia', '--scope', 'statements:read'],
      1,
      /is not guarantor for nvidia/,
    ],
    [
      ['keys', 'add', 'k', '--person', person, '--role', 'guarantor', '--party', 'nvidia', '--scope', 'statements:read', '--days', '400'],
      2,
      /1 to 366/,
    ],
    [['keys', 'revoke', 'key_x'], 2, /no key key_x/],
  ]
  for (const [args, code, says] of refused) {
    const ran = await offtake(args, env)
    assert.equal(ran.code, code, `${args.join(' ')}: ${ran.err}`)
    assert.match(ran.err, says)
    assert.equal(ran.out, '')
  }
})

test('API38 agents, senders of events and of telemetry bring their key where login is configured, and are refused without', async () => {
  const login = readLogin(wordsOf(configured))
  assert.ok('login' in login)
  const now = Date.UTC(2026, 10, 5) / 1000
  const clock = () => Math.floor(Date.now() / 1000)
  const desk: LoginDesk = makeLoginDesk(store, { now: () => now, clock }, login.login)
  const added = await desk.people.add('test', { name: 'Op', email: 'op@offtake.example' })
  const { person } = added.kind === 'added' ? added.person : assert.fail()
  const as = { role: 'operator', party: 'sharon-ai' }
  await desk.people.change('test', { person, ...as, given: true })
  const made = await desk.keys.make('test', { person, as }, { name: 'agent', scopes: ['readings:write'], days: 1 })
  assert.ok(made.kind === 'made')
  const telemetry = { write: async () => ({ kept: 0, refused: [] }) } as never
  const served = await serve(store, { port: 0, now: () => now, clock, login: login.login, telemetry })
  assert.ok('address' in served)
  const reading = {
    kind: 'outage',
    source: 'agent',
    id: 'o-1',
    from: '2026-10-01T00:00:00Z',
    to: '2026-10-01T01:00:00Z',
    block: 'syd-a',
    gpus: 4,
    reason: 'XID 79',
  }
  try {
    const { address } = served
    const parsed = parseReading(reading, 'UTC')
    assert.ok('reading' in parsed, JSON.stringify(parsed))
    const hand = (key: string | undefined) => makeHttpOutlet({ url: address, key, triesMax: 1 }).hand([parsed.reading])
    await assert.rejects(hand(undefined), /401 .*Nobody is signed in/)
    await assert.rejects(hand('offtake_x'), /401/)
    assert.equal((await hand(made.token)).accepted, 1)
    const event = { specversion: '1.0', type: 'offtake.reading', source: 'agent', id: 'o-2', data: {} }
    const send = (way: string, type: string, body: string, key?: string) =>
      fetch(`${address}/api/ingest/${way}`, {
        method: 'POST',
        headers: { 'content-type': type, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
        body,
      })
    for (const [way, type] of [
      ['events', 'application/cloudevents+json'],
      ['prometheus', 'application/x-protobuf'],
    ] as const) {
      assert.equal((await send(way, type, JSON.stringify(event))).status, 401, way)
      assert.ok(![401, 403].includes((await send(way, type, JSON.stringify(event), made.token)).status), way)
    }
  } finally {
    await served.stop()
  }
})

const promtool = '/usr/bin/promtool'
const skip = fs.existsSync(promtool) || process.env['CI'] !== undefined ? false : 'no prometheus on this machine'
test('API38 the configuration of Prometheus with a key is one', { skip }, async () => {
  const { spawnSync } = await import('node:child_process')
  const ingest = fs.readFileSync(join(root, 'docs/ingest.md'), 'utf8')
  const block = /```yaml\n(remote_write:\n {2}- url: [^\n]+\n {4}authorization:[^]*?)```/.exec(ingest)![1]!
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'config', '--syntax-only', write('prometheus.yml', block)], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stdout + stderr)
})
