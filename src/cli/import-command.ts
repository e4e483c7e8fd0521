import { basename } from 'node:path'
import type { Command } from 'commander'
import type { AgreementId } from '../core/base/id.ts'
import { isZone } from '../core/base/time.ts'
import { howToRead, type HowToRead } from '../server/app/how-to-read.ts'
import { importBatchRows, importReadings, type ImportAnswer } from '../server/app/import-readings.ts'
import { readReadings } from '../server/fleet/readings-file.ts'
import type { Store } from '../server/store/database.ts'
import { badInput, failure, type Context } from './context.ts'
import { progressText, sayRefusals, sourceOf } from './reading-files.ts'
import { withStore } from './with-store.ts'

/** Rows between two words of progress: to put a number into words takes longer than to read some rows. */
const showEveryRows = 10_000

type Options = Readonly<{ keepGood?: boolean; key?: string; agreement?: string; zone?: string }>

/** `offtake import FILE…`: each file in a transaction of its own. */
export const addImport = (program: Command, context: Context): void => {
  program
    .command('import')
    .description('bring readings in: each file as a whole or not at all')
    .argument(
      '[file...]',
      'NDJSON or CSV, plain or gzip; - is standard input, which is read where no file is named and something is piped in',
    )
    .option('--keep-good', 'keep the lines that can be used, and tell the others')
    .option('--key <key>', 'a name for this import: with the same key and content it is done once, however often it is asked for')
    .option('--agreement <name>', 'whose readings these are: for pools and clauses they leave out, and the zone of their local times')
    .option('--zone <zone>', 'the zone of all local times without an offset, whatever agreement a reading names')
    .action(async (files: string[], options: Options) => {
      const paths = pathsOf(files, context)
      if (paths === undefined) return void (process.exitCode = badInput)
      const once = paths.includes('-')
      process.exitCode = await withStore(context, (store, now) => importFiles(store, paths, options, { ...context, now }), { once })
      return undefined
    })
}

/** What is to be read; undefined, and said, where nothing is named and a person sits at the terminal. */
const pathsOf = (files: readonly string[], { stdin, say }: Context): readonly string[] | undefined => {
  if (files.length > 0) return files
  if (!('isTTY' in stdin) || stdin.isTTY !== true) return ['-']
  return say('nothing to import: name a file, or pipe readings in, as in offtake simulate fleet … | offtake import')
}

const importFiles = async (store: Store, files: readonly string[], options: Options, context: Context): Promise<number> => {
  const { agreement, zone } = options
  if (zone !== undefined && !isZone(zone)) {
    context.say(`--zone ${zone} is no IANA time zone such as Australia/Sydney`)
    return badInput
  }
  const how = await howToRead(store, { agreement, zone })
  if ('problem' in how) {
    context.say(how.problem)
    return badInput
  }
  for (const path of files) {
    const key = options.key === undefined || files.length === 1 ? options.key : `${options.key}/${basename(path)}`
    const code = await importFile(store, path, { ...options, ...how, key }, context)
    if (code !== 0) return code
  }
  return 0
}

const importFile = async (
  store: Store,
  path: string,
  { zone, placement, keepGood, key, agreement }: Omit<Options, 'zone' | 'key'> & HowToRead & Readonly<{ key: string | undefined }>,
  context: Context,
): Promise<number> => {
  const rows = readReadings(sourceOf(path, context), {
    zone,
    batchRows: importBatchRows,
    ...(placement === undefined ? {} : { placement }),
  })
  let next = 0
  const mode = keepGood === true ? 'keep-the-good' : 'all-or-nothing'
  try {
    const answer = await importReadings(store, {
      rows,
      file: path,
      key,
      mode,
      agreement: agreement as AgreementId | undefined,
      now: context.now(),
      by: 'offtake import',
      signal: context.signal,
      onProgress: ({ rows: seen, bytesRead, bytesTotal }) => {
        if (seen < next) return
        next = seen + showEveryRows
        context.show(`${path}: ${progressText(seen, bytesRead, bytesTotal)}`)
      },
    })
    return tell(path, answer, context)
  } catch (error) {
    if (!context.signal.aborted) throw error
    context.say(`${path}: stopped; nothing of it was kept`)
    if (path === '-') context.stdin.destroy()
    return failure
  }
}

const count = (number: number): string => number.toLocaleString('en')

const tell = (path: string, answer: ImportAnswer, context: Context): number => {
  if (answer.kind === 'key taken') {
    context.say(`${path}: the key ${answer.key} belongs to other content, which came as ${answer.file}; nothing was written`)
    return badInput
  }
  const { accepted, repeats, refused, refusals } = answer.record
  sayRefusals(path, refusals, refused - refusals.length, context)
  if (answer.kind === 'refused') {
    context.say(`${path}: ${count(refused)} of its lines cannot be used, so nothing of it was kept; --keep-good keeps the others`)
    return badInput
  }
  for (const { month, readings } of answer.lateMonths)
    context.say(
      `${path}: ${count(readings)} readings came when ${month} was final; they are kept, and change nothing until corrections settle them`,
    )
  const again = answer.again ? ', as answered before' : ''
  context.print(`${path}: ${count(accepted)} accepted, ${count(repeats)} repeats, ${count(refused)} refused${again}\n`)
  return 0
}
