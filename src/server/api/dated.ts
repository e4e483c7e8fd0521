import type { FastifyInstance } from 'fastify'
import { apiVersion, apiVersions, versionHeader, type ApiVersion } from '../../wire/api-version.ts'
import { Refusal } from './problems.ts'

const isVersion = (text: string): text is ApiVersion => (apiVersions as readonly string[]).includes(text)

/** Every answer of the API says its dated version, and a request for one that is not there is refused before anything else is looked at. */
export const datedVersions = (api: FastifyInstance): void => {
  api.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/api/')) return
    const asked = request.headers[versionHeader] ?? apiVersion
    reply.header(versionHeader, apiVersion)
    if (typeof asked === 'string' && isVersion(asked)) return void reply.header(versionHeader, asked)
    throw new Refusal({
      kind: 'unknown-version',
      status: 400,
      title: 'No such version',
      detail: `There is no version ${String(asked).slice(0, 40)} of this API; there is ${apiVersions.join(', ')}. Without ${versionHeader} it is the latest.`,
      errors: [{ pointer: `/headers/${versionHeader}`, detail: `should be one of ${apiVersions.join(', ')}` }],
    })
  })
}
