import * as fs from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { notFound, Refusal, sendRefusal } from './problems.ts'

/** The addresses of pages; the console's own router draws them. */
const pages = [
  /^\/$/,
  /^\/agreements\/?$/,
  /^\/agreements\/[^/]+\/?$/,
  /^\/agreements\/[^/]+\/periods\/[^/]+\/?$/,
  /^\/agreements\/[^/]+\/amendments\/?$/,
  /^\/new-agreement\/?$/,
  /^\/factories\/?$/,
  /^\/factories\/[^/]+(\/[^/]+)?\/?$/,
  /^\/orders(\/[^/]+)?\/?$/,
  /^\/settings(\/[^/]+)?\/?$/,
  /^\/claims\/[^/]+\/[^/]+\/?$/,
  /^\/sign-in\/?$/,
  /^\/audit\/?$/,
  /^\/settings(\/[^/]+)?\/?$/,
  /^\/ledger(\/[^/]+)?\/?$/,
  /^\/journal\/[^/]+\/?$/,
  /^\/portfolio\/?$/,
  /^\/(register|lender)(\/[^/]+\/[^/]+)?\/?$/,
]

const unbuilt = new Refusal({
  kind: 'console-not-built',
  status: 503,
  title: 'The console is not built',
  detail: 'The console has not been built here. `npm start` builds it; the API under /api works without it.',
})

/** Serves the console: its files by name, its one document at the address of every page, and a refusal for everything else. */
export const serveConsole = async (api: FastifyInstance, folder: string): Promise<void> => {
  await api.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    // The name of each file holds the hash of its content.
    immutable: true,
    // Brotli and gzip lie beside each file since it was built: nothing is compressed while somebody waits.
    preCompressed: true,
    maxAge: '365d',
  })
  api.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0]!
    const forPeople = request.method === 'GET' && !/^\/(api|assets|openapi\.json)(\/|$)/.test(path)
    if (!forPeople)
      return sendRefusal(request, reply, notFound(`There is nothing at ${request.method} ${path}; /openapi.json lists what there is.`))
    const document = await fs.promises.readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined)
    if (document === undefined) return sendRefusal(request, reply, unbuilt)
    const known = pages.some((page) => page.test(path))
    return reply
      .code(known ? 200 : 404)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(document)
  })
}
