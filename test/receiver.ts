import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it came. */
export type Received = Readonly<{ path: string; headers: Readonly<Record<string, string>>; body: string }>
type Answer = (received: Received, response: ServerResponse, request: IncomingMessage) => void

/** Somebody who is told: keeps what comes and answers as is said. On a loopback address, by default 127.0.0.1. */
export const startReceiver = async (answer: Answer = (_received, response) => void response.end('thanks'), host = '127.0.0.1') => {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const got = { path: request.url!, headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString() }
      received.push(got)
      answer(got, response, request)
    })
  })
  await new Promise<void>((done) => server.listen(0, host, done))
  const { port } = server.address() as AddressInfo
  const stop = () => {
    server.closeAllConnections()
    return new Promise<void>((done) => server.close(() => done()))
  }
  return { url: `http://${host}:${port}/hook`, port, received, stop }
}
