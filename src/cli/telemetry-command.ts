import type { HourlyRow } from '../core/claims/telemetry.ts'
import { InvalidArgumentError, type Command } from 'commander'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { formatInstant } from '../core/base/time.ts'
import { clusterForm, recordVersion, writeRetention, writeVersion } from '../server/telemetry/ddl.ts'
import { foldDaysMax, retentionDaysMax, retentionDaysUsual } from '../server/telemetry/prune.ts'
import { versions } from '../server/telemetry/schema.ts'
import { openTelemetry, type Telemetry } from '../server/telemetry/telemetry.ts'
import { readHourlyRow } from '../server/telemetry/hourly.ts'
import { badInput, type Context } from './context.ts'

const newest = versions.at(-1)!.version

const readCluster = (text: string): string => {
  if (!clusterForm.test(text)) throw new InvalidArgumentError('It is a name of letters, digits, _ and -, as in remote_servers.')
  return text
}
const readWhole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`)
    return value
  }

type DdlOptions = Readonly<{ cluster?: string; from: number; retentionDays: number }>

/** The statements for one machine or a cluster, each ended by a semicolon, in the order in which they are to be run. */
const ddlText = ({ cluster, from, retentionDays }: DdlOptions): string => {
  const place = cluster === undefined ? ({ kind: 'one' } as const) : ({ kind: 'cluster', cluster } as const)
  const statements = versions
    .filter(({ version }) => version >= from)
    .flatMap((each) => [`-- Version ${each.version}`, ...writeVersion(each, place).map((text) => `${text};`), `${recordVersion(each)};`])
  const retention = place.kind === 'one' ? [] : writeRetention(versions, retentionDays + foldDaysMax, place)
  return [...statements, ...retention.map((text) => `${text};`)].map((text) => `${text}\n`).join('\n')
}

/** Opens the telemetry for one command: the server that CLICKHOUSE_URL names, else the folder in the home. */
const withTelemetry = async (context: Context, retentionDays: number, work: (telemetry: Telemetry) => Promise<void>): Promise<void> => {
  const place = context.clickhouseUrl === undefined ? { path: join(context.home, 'telemetry') } : { url: context.clickhouseUrl }
  const telemetry = await openTelemetry(place, { nowMs: () => context.now() * 1000, retentionDays })
  try {
    await work(telemetry)
  } finally {
    await telemetry.close()
  }
}

/** Rows that are kept at a time, and refusals that are told. */
const rowsAtOnce = 50_000
const refusalsShownMax = 100

/** Reads hourly rows. Every line that is none is told; what comes after the first of them is not kept, and the same file may come again. */
const importHours = async (path: string, context: Context): Promise<number> => {
  const input = path === '-' ? context.stdin : createReadStream(path)
  let [line, refused, kept] = [0, 0, 0]
  await withTelemetry(context, retentionDaysUsual, async (telemetry) => {
    let rows: HourlyRow[] = []
    const keep = async (): Promise<void> => {
      if (rows.length > 0 && refused === 0) await telemetry.takeHours(rows)
      kept += refused === 0 ? rows.length : 0
      rows = []
      context.show(`${path}: ${kept.toLocaleString('en')} hourly rows`)
    }
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line += 1
      if (text.trim() === '') continue
      const read = readHourlyLine(text)
      if ('problems' in read) {
        refused += 1
        if (refused <= refusalsShownMax) context.say(`${path}:${line}: ${read.problems.join('; ')}`)
      } else if (rows.push(read) === rowsAtOnce) await keep()
    }
    await keep()
  })
  context.print(`${path}: ${kept.toLocaleString('en')} hourly rows kept, ${refused.toLocaleString('en')} lines refused\n`)
  return refused === 0 ? 0 : badInput
}

const readHourlyLine = (text: string): ReturnType<typeof readHourlyRow> => {
  try {
    return readHourlyRow(JSON.parse(text))
  } catch (error) {
    return { problems: [`is no JSON: ${(error as Error).message.slice(0, 200)}`] }
  }
}

/** `offtake telemetry`: the store of what GPUs did. */
export const addTelemetry = (program: Command, context: Context): void => {
  const telemetry = program.command('telemetry').description('the store of GPU telemetry: ClickHouse by CLICKHOUSE_URL, else embedded')
  const retention = (command: Command) =>
    command.option(
      '--retention-days <n>',
      'samples are taken, and raw ones kept, for so many days',
      readWhole(1, retentionDaysMax),
      retentionDaysUsual,
    )
  retention(telemetry.command('ddl'))
    .description('print the DDL of the store, for one machine or a cluster')
    .option('--cluster <name>', 'for this cluster of ClickHouse: replicated tables below distributed ones', readCluster)
    .option('--from <version>', 'only this version of the schema and later ones', readWhole(1, newest), 1)
    .action((options: DdlOptions) => context.print(ddlText(options)))
  retention(telemetry.command('fold'))
    .description('bring hourly rows up to date with the samples there are')
    .action(({ retentionDays }: DdlOptions) =>
      withTelemetry(context, retentionDays, async (store) => {
        const { hours, expired } = await store.fold(context.now() + 1)
        context.say(
          `${hours} hours of factories folded${expired === 0 ? '' : `; ${expired} were touched too late: their raw samples are gone`}`,
        )
      }),
    )
  telemetry
    .command('import')
    .description('keep hourly rows that were folded elsewhere, as NDJSON, up to the first line that is none')
    .argument('[file]', 'NDJSON of hourly rows, or - for standard input', '-')
    .action(async (file: string) => {
      process.exitCode = await importHours(file, context)
    })
  retention(telemetry.command('lag'))
    .description('show the newest sample of each factory')
    .action(({ retentionDays }: DdlOptions) =>
      withTelemetry(context, retentionDays, async (store) => {
        for (const { factory, latestMs } of await store.lag())
          context.print(`${factory}  ${formatInstant(Math.floor(latestMs / 1000))}  ${context.now() - Math.floor(latestMs / 1000)} s ago\n`)
      }),
    )
}
