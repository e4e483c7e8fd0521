import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Instant } from '../core/base/time.ts'
import type { TelemetrySource } from './app/verify-claim.ts'
import type { TelemetrySink } from './fleet/telemetry-sink.ts'
import { openTelemetry, type Lag, type Telemetry } from './telemetry/telemetry.ts'

/** Where telemetry is: a server by its URL, else below the home of the database. */
export type TelemetryKept = Readonly<{ clickhouseUrl: string | undefined; home: string }>

const placeOf = ({ clickhouseUrl, home }: TelemetryKept) =>
  clickhouseUrl === undefined ? { path: join(home, 'telemetry') } : { url: clickhouseUrl }

/** Whether any telemetry may be there: a server is named, or samples have come in before. */
export const isKept = (kept: TelemetryKept): boolean => kept.clickhouseUrl !== undefined || existsSync(join(kept.home, 'telemetry'))

const sourceOf = (telemetry: Telemetry): TelemetrySource => ({
  nodeMonths: (factory, from, to) => telemetry.nodeMonths({ factory, from, to }),
})

/** Opens telemetry for one question, with its hourly rows up to date; undefined where there is none. */
export const readTelemetry = async (
  kept: TelemetryKept,
  now: () => Instant,
): Promise<Readonly<{ source: TelemetrySource; close: () => Promise<void> }> | undefined> => {
  if (!isKept(kept)) return undefined
  const telemetry = await openTelemetry(placeOf(kept), { nowMs: () => now() * 1000 })
  try {
    await telemetry.fold(now() + 1)
    return { source: sourceOf(telemetry), close: telemetry.close }
  } catch (error) {
    await telemetry.close()
    throw error
  }
}

/** Telemetry of a server that runs for long. */
export type ServedTelemetry = Readonly<{
  sink: TelemetrySink
  /** With the hourly rows up to date; undefined where there is none. */
  source: () => Promise<TelemetrySource | undefined>
  lag: () => Promise<readonly Lag[]>
  close: () => Promise<void>
}>

/** Between two folds of what came in. */
const foldEveryMs = 5 * 60_000

/**
 * Telemetry that is opened when it is first asked for, since the embedded engine takes 290 MB and most servers never see a sample. What goes wrong with
 * a fold is said and tried again at the next.
 */
export const serveTelemetry = (kept: TelemetryKept, now: () => Instant, say: (text: string) => void): ServedTelemetry => {
  let opening: Promise<Telemetry> | undefined
  let folding: NodeJS.Timeout | undefined
  const openNow = async (): Promise<Telemetry> => {
    try {
      const telemetry = await openTelemetry(placeOf(kept), { nowMs: () => now() * 1000 })
      const foldNow = () => void telemetry.fold(now() + 1).catch((error: Error) => say(`telemetry was not folded: ${error.message}`))
      folding = setInterval(foldNow, foldEveryMs).unref()
      return telemetry
    } catch (error) {
      // Whoever comes next tries again: what is missing may have been installed, or the folder let go.
      opening = undefined
      say(`telemetry cannot be opened: ${(error as Error).message}`)
      throw error
    }
  }
  const open = (): Promise<Telemetry> => (opening ??= openNow())
  return {
    sink: { append: async (batch) => (await open()).append(batch) },
    source: async () => {
      if (!isKept(kept)) return undefined
      const telemetry = await open()
      await telemetry.fold(now() + 1)
      return sourceOf(telemetry)
    },
    lag: async () => (isKept(kept) ? (await open()).lag() : []),
    close: async () => {
      clearInterval(folding)
      await opening?.then(
        (telemetry) => telemetry.close(),
        () => {},
      )
    },
  }
}
