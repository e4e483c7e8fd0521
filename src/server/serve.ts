import { join } from 'node:path'
import type { Instant } from '../core/base/time.ts'
import { makeApi } from './api/api.ts'
import { makeClaims } from './app/claims.ts'
import { makeFactories, type TelemetryLag } from './app/factories.ts'
import { makeIngest } from './app/ingest.ts'
import { makeReaders } from './app/read.ts'
import type { FlexMapping } from './fleet/flex-mapping.ts'
import type { TelemetrySink } from './fleet/telemetry-sink.ts'
import type { Store } from './store/database.ts'

const consoleFolder = join(import.meta.dirname, '../../.cache/console')

/** Why the door cannot be opened, in a sentence. */
export type PortTaken = Readonly<{ taken: string }>
export type Door = Readonly<{ address: string; stop: () => Promise<void> }>

export type Serving = Readonly<{
  port: number
  now: () => Instant
  /** Where samples of GPUs go; without it, none are taken. */
  telemetry?: TelemetrySink | undefined
  /** The newest sample of each factory; without it, the age of telemetry is not told. */
  lag?: TelemetryLag['lag'] | undefined
  /** What feeds of power stand for; without it, no events of DSX Flex are taken. */
  flex?: FlexMapping | undefined
}>

/** Opens the API and the console on the loopback address. Port 0 takes any that is free. */
export const serve = async (store: Store, { port, now, telemetry, lag, flex }: Serving): Promise<Door | PortTaken> => {
  const api = await makeApi({
    source: makeReaders(store, now),
    factories: makeFactories(store, now, lag === undefined ? undefined : { lag }),
    claims: makeClaims(store, now),
    ingest: { ...makeIngest(store, now), telemetry, flex },
    consoleFolder,
  })
  try {
    const address = await api.listen({ host: '127.0.0.1', port })
    return { address, stop: () => api.close() }
  } catch (error) {
    await api.close()
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return { taken: `port ${port} is in use; stop the other program or choose another with --port N` }
  }
}
