import { createRequire } from 'node:module'
import { join } from 'node:path'

const isInstalled = (): boolean => {
  try {
    return createRequire(join(import.meta.dirname, '../telemetry/package.json')).resolve('chdb/connection') !== ''
  } catch {
    return false
  }
}

/** Why tests of the embedded ClickHouse are skipped, or false. Set-up for tests adds chDB; a continuous integration run must not pass over it. */
export const chdbSkip: string | false = (() => {
  if (isInstalled()) return false
  if (process.env['CI']) throw new Error('chDB is not installed: node scripts/setup.mjs --tests adds it')
  return 'chDB is not installed: npm run telemetry adds it'
})()
