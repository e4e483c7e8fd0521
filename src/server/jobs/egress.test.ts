import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { startReceiver } from '../../../test/receiver.ts'
import { aimAt, placeOfAddress, whyNotNetwork, whyNotUrl, type Address, type Egress } from './egress.ts'
import { answerBytesMax, sendWebhook } from './send-webhook.ts'

const v4 = (address: string): Address => ({ address, family: 4 })
const leadsTo =
  (...addresses: string[]): Egress['resolve'] =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
const strict = (resolve: Egress['resolve']): Egress => ({ allowed: [], resolve })
const never: Egress['resolve'] = async () => assert.fail('nothing is looked up')

const inside = [
  '127.0.0.1',
  '127.9.9.9',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '192.0.2.1',
  '198.18.0.1',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  'ff02::1',
  '::ffff:10.0.0.1',
  '::ffff:127.0.0.1',
  '64:ff9b::a00:1',
  '2002:a00:1::1',
  '2001:db8::1',
]

test('Q13 no address that is not of the internet is sent to: private, loopback, link-local, shared, multicast, reserved, mapped or written oddly', async () => {
  for (const address of inside) assert.equal(placeOfAddress(address, []), 'refused', address)
  for (const address of ['1.1.1.1', '93.184.215.14', '2606:4700:4700::1111']) assert.equal(placeOfAddress(address, []), 'public', address)
  // Written as of IPv6 it leads to where it leads as of IPv4.
  assert.equal(placeOfAddress('::ffff:1.1.1.1', []), 'public')
  assert.deepEqual(
    ['::ffff:10.1.2.3', '::ffff:10.2.2.3'].map((address) => placeOfAddress(address, ['10.1.0.0/16'])),
    ['allowed', 'refused'],
  )
  for (const address of inside) {
    const host = address.includes(':') ? `[${address}]` : address
    const literal = await aimAt(new URL(`https://${host}/`), strict(never))
    assert.ok('refused' in literal, host)
    const named = await aimAt(new URL('https://hooks.example/'), strict(leadsTo('1.1.1.1', address)))
    assert.ok('refused' in named, `one good address does not make up for ${address}`)
  }
  for (const odd of ['0x7f.1', '2130706433', '0177.0.0.1', '127.1', '127.0.0.1.', '[::ffff:7f00:1]'])
    assert.ok('refused' in (await aimAt(new URL(`https://${odd}/`), strict(leadsTo('127.0.0.1')))), odd)
  assert.deepEqual(await aimAt(new URL('https://hooks.example/'), strict(leadsTo('1.1.1.1', '8.8.8.8'))), v4('1.1.1.1'))
  assert.ok('refused' in (await aimAt(new URL('https://hooks.example/'), strict(leadsTo()))))
})

test('Q13 of any address at all, none in a private network is ever taken', () => {
  const network = fc.constantFrom<readonly [number, number]>([10, 8], [127, 8], [0xc0a8, 16], [0xa9fe, 16], [0xac10 >> 4, 12], [0xe, 4])
  fc.assert(
    fc.property(network, fc.nat({ max: 2 ** 32 - 1 }), ([prefix, bits], rest) => {
      const value = (BigInt(prefix) << BigInt(32 - bits)) | (BigInt(rest) & ((1n << BigInt(32 - bits)) - 1n))
      const dotted = [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.')
      assert.equal(placeOfAddress(dotted, []), 'refused', dotted)
      assert.equal(placeOfAddress(`::ffff:${dotted}`, []), 'refused', dotted)
      assert.equal(placeOfAddress(dotted, ['0.0.0.0/0']), 'allowed')
    }),
  )
})

test('Q13 an address of the web wants https, a usual port, and no name or password; what is wrong is said', () => {
  const cases: readonly (readonly [url: string, why: RegExp])[] = [
    ['http://hooks.example/', /https/],
    ['https://me:secret@hooks.example/', /no name and no password/],
    ['https://me@hooks.example/', /no name and no password/],
    ['https://:secret@hooks.example/', /no name and no password/],
    ['https://hooks.example:6379/', /port 443 or 8443, not 6379/],
    ['ftp://hooks.example/', /should begin with https/],
    ['file:///etc/passwd', /should begin with https/],
    ['https://hooks.example/#part', /after #/],
    ['hooks.example', /is no address/],
    [`https://hooks.example/${'x'.repeat(2_000)}`, /longer than/],
    ['https://[::1]/', /no address of the internet/],
  ]
  for (const [url, why] of cases) assert.match(whyNotUrl(url, []) ?? 'nothing', why, url)
  for (const url of ['https://hooks.example/', 'https://hooks.example:8443/offtake?a=1']) assert.equal(whyNotUrl(url, []), undefined, url)
  assert.equal(whyNotUrl('http://10.1.2.3:9000/', ['10.1.0.0/16']), undefined)
  assert.match(whyNotUrl('http://10.2.2.3:9000/', ['10.1.0.0/16']) ?? '', /no address of the internet/)
  assert.equal(whyNotNetwork('10.1.0.0/16'), undefined)
  assert.match(whyNotNetwork('10.1.0.0') ?? '', /is no network/)
})

const secret = { body: '{"type":"webhook.test"}', headers: { 'webhook-id': 'msg_1' } }

test('Q13 what a name leads to is looked up once and is what is connected to: a name that leads elsewhere a moment later gains nothing', async () => {
  const good = await startReceiver(undefined, '127.0.0.2')
  const other = await startReceiver(undefined, '127.0.0.1')
  after(() => Promise.all([good.stop(), other.stop()]))
  let looked = 0
  const turning: Egress['resolve'] = async () => [v4((looked += 1) === 1 ? '127.0.0.2' : '127.0.0.1')]
  const egress = { allowed: ['127.0.0.2/32'], resolve: turning }
  const sent = await sendWebhook({ ...secret, url: `http://rebind.example:${good.port}/` }, egress)
  assert.equal(sent.kind, 'answered')
  assert.deepEqual([looked, good.received.length, other.received.length], [1, 1, 0])
  assert.equal(good.received[0]?.headers['host'], `rebind.example:${good.port}`)
  const again = await sendWebhook({ ...secret, url: `http://rebind.example:${other.port}/` }, egress)
  assert.equal(again.kind, 'unanswered', 'it leads to what is not allowed now')
  assert.equal(other.received.length, 0)
})

test('Q13 redirects are not followed, and of an answer no more is read than is shown', async () => {
  const target = await startReceiver()
  const redirect = await startReceiver((_received, response) => void response.writeHead(307, { location: target.url }).end())
  let written = 0
  const endless = await startReceiver((_received, response) => {
    response.writeHead(200)
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(16_384))) written += 16_384
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  })
  after(() => Promise.all([target.stop(), redirect.stop(), endless.stop()]))
  const egress = { allowed: ['127.0.0.0/8'], resolve: never }
  const moved = await sendWebhook({ ...secret, url: redirect.url }, egress)
  assert.deepEqual([moved.kind === 'answered' && moved.status, target.received.length], [307, 0])
  const long = await sendWebhook({ ...secret, url: endless.url }, egress)
  assert.ok(long.kind === 'answered')
  assert.equal(long.answer.length, answerBytesMax)
  assert.ok(long.ms < 5_000, `${long.ms} ms`)
  await new Promise((done) => setTimeout(done, 200))
  const before = written
  await new Promise((done) => setTimeout(done, 200))
  assert.equal(written, before, 'the connection is closed: nothing more is taken')
})

test('Q13 who is silent, slow or no server of the web is given up in time; a status that was heard counts', async () => {
  const silent = await startReceiver(() => {})
  const trickling = await startReceiver((_received, response) => {
    response.writeHead(200)
    const more = setInterval(() => void response.write('.'), 50)
    response.on('close', () => clearInterval(more))
  })
  const garbage = createServer(
    (socket) =>
      void socket
        .resume()
        .on('error', () => {})
        .end('SSH-2.0-nothing\r\n\r\n'),
  )
  await new Promise<void>((done) => garbage.listen(0, '127.0.0.1', done))
  after(() => Promise.all([silent.stop(), trickling.stop(), new Promise((done) => garbage.close(done))]))
  const egress = { allowed: ['127.0.0.0/8'], resolve: never }
  const send = (url: string) => sendWebhook({ ...secret, url, msMax: 400 }, egress)
  const quiet = await send(silent.url)
  assert.deepEqual([quiet.kind, quiet.kind === 'unanswered' && quiet.reason], ['unanswered', 'no answer within 0.4 s'])
  assert.ok(quiet.ms < 2_000)
  const slow = await send(trickling.url)
  assert.deepEqual([slow.kind, slow.kind === 'answered' && slow.status], ['answered', 200])
  assert.equal((await send(`http://127.0.0.1:${(garbage.address() as AddressInfo).port}/`)).kind, 'unanswered')
  assert.equal((await send('http://127.0.0.1:1/')).kind, 'unanswered')
  const stuck = await sendWebhook(
    { ...secret, url: 'https://stuck.example/', msMax: 200 },
    strict(() => new Promise(() => {})),
  )
  assert.deepEqual([stuck.kind, stuck.ms < 2_000], ['unanswered', true])
})
