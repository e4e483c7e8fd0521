import * as fs from 'node:fs'
import { join, resolve } from 'node:path'

const root = join(import.meta.dirname, '..')

/**
 * A folder of test data that is not in the repository: real traces and reference tables. `OFFTAKE_TEST_DATA` says where they are, default
 * `../shared/data`. Where they are absent the test skips by name; with `OFFTAKE_REQUIRE_DATA=1` that is an error.
 */
export const testData = (name: string): { folder: string; skip: string | false } => {
  const folder = join(resolve(root, process.env['OFFTAKE_TEST_DATA'] ?? '../shared/data'), name)
  if (fs.existsSync(folder)) return { folder, skip: false }
  if (process.env['OFFTAKE_REQUIRE_DATA'] === '1') throw new Error(`${folder} is required here and absent`)
  return { folder, skip: `no test data at ${folder}` }
}
