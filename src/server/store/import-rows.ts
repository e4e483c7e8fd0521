import type { Reading } from '../../core/meter/reading.ts'
import type { Instant } from '../../core/base/time.ts'
import { copyIn, copyOut, openCopyIn, type CopyIn } from './copy.ts'
import { columnsIn, columnsOut, fromRow, toRow, type IncomingReading } from './reading-rows.ts'
import type { Work } from './transaction.ts'

/** A reading whose name was taken by another content before. */
export type Conflict = Readonly<{ line: number; incoming: Reading; stored: Reading }>
export type RowsTaken = Readonly<{ accepted: number; repeats: number; conflicts: readonly Conflict[] }>

/** Takes readings into the table. Between `take` and `settle` a COPY is under way, and the connection can do nothing else. */
export type RowTaker = Readonly<{
  take: (rows: readonly IncomingReading[]) => Promise<void>
  /** Ends the COPY under way; only then is it known what became of its rows. */
  settle: () => Promise<void>
  /** Breaks off the COPY under way, so that the transaction can be taken back. */
  abandon: () => Promise<void>
}>

/** Rows of one COPY: they are kept until it has ended, in case one of them is there already. */
const groupRowsMax = 100_000
/** Rows that are read ahead while a COPY ends. */
const aheadRowsMax = 10_000
const uniqueViolation = '23505'

/** Rows as COPY takes them, and the lines of the file they come from: text is cheaper to keep than objects. */
type Rows = { texts: string[]; lines: number[] }
type Group = Readonly<{ rows: Rows; copy: CopyIn }>

/**
 * Puts readings into the table as fast as the database takes them: COPY straight in, while the next ones are being read. Only where one of
 * them is there already does its group go by way of a table of its own, which tells identical repeats (absorbed) from conflicts (left out,
 * and told).
 */
export const makeRowTaker = (tx: Work, batch: bigint, now: Instant, onTaken: (taken: RowsTaken) => void): RowTaker => {
  let ahead: Rows = { texts: [], lines: [] }
  let group: Group | undefined
  let ending: Promise<void> | undefined
  let expectRepeats = false
  const told = (taken: RowsTaken): void => {
    // A file that repeats is mostly repeated as a whole: the detour is then the straight way.
    expectRepeats = taken.repeats + taken.conflicts.length > 0
    onTaken(taken)
  }
  const beginToEnd = (): void => {
    if (group === undefined) return
    const ended = endGroup(tx, group)
      .then(told)
      .finally(() => {
        if (ending === ended) ending = undefined
      })
    // Whoever goes on waits for it and gets what went wrong; until then it is nobody's but ours.
    ended.catch(() => {})
    ending = ended
    group = undefined
  }
  const send = async (): Promise<void> => {
    await ending
    const rows = ahead
    ahead = { texts: [], lines: [] }
    if (rows.lines.length === 0) return
    if (expectRepeats) return told(await copyApart(tx, rows))
    group ??= await openGroup(tx)
    const text = rows.texts.join('')
    group.rows.texts.push(text)
    for (const line of rows.lines) group.rows.lines.push(line)
    if (!(await group.copy.write(text)) || group.rows.lines.length >= groupRowsMax) beginToEnd()
  }
  return {
    take: async (rows) => {
      for (const row of rows) {
        ahead.texts.push(toRow(row, batch, now))
        ahead.lines.push(row.line)
      }
      if (ending === undefined || ahead.lines.length >= aheadRowsMax) await send()
    },
    settle: async () => {
      await send()
      beginToEnd()
      await ending
    },
    abandon: async () => {
      await ending?.catch(() => {})
      await group?.copy.fail()
      group = undefined
    },
  }
}

const openGroup = async (tx: Work): Promise<Group> => {
  await tx.client.query('savepoint straight')
  return { rows: { texts: [], lines: [] }, copy: await openCopyIn(tx.client, `reading (${columnsIn})`) }
}

const endGroup = async (tx: Work, { rows, copy }: Group): Promise<RowsTaken> => {
  try {
    await copy.end()
  } catch (error) {
    if ((error as { code?: string }).code !== uniqueViolation) throw error
    await tx.client.query('rollback to savepoint straight')
    return copyApart(tx, rows)
  }
  await tx.client.query('release savepoint straight')
  return { accepted: rows.lines.length, repeats: 0, conflicts: [] }
}

const copyApart = async ({ client }: Work, { texts, lines }: Rows): Promise<RowsTaken> => {
  await client.query('create temporary table if not exists incoming (like reading, line bigint not null) on commit drop')
  await client.query('truncate incoming')
  const rows = texts.join('').split('\n', lines.length)
  await copyIn(client, `incoming (${columnsIn}, line)`, rows.map((row, i) => `${row}\t${lines[i]}\n`).join(''))
  // Of two in one group the first stands, as if they had come one after the other.
  const { rowCount } = await client.query(
    `insert into reading (${columnsIn}) select distinct on (source, id) ${columnsIn} from incoming order by source, id, line on conflict do nothing`,
  )
  const conflicts: Conflict[] = []
  const of = (table: string) => columnsOut.replaceAll(/\w+/g, `${table}.$&`)
  const clashing = `select ${of('i')}, ${of('r')}, i.line from incoming i join reading r on r.source = i.source and r.id = i.id
    where r.digest <> i.digest order by i.line`
  for await (const found of copyOut(client, clashing))
    for (const row of found) {
      const cells = row.split('\t')
      const half = (cells.length - 1) / 2
      const [incoming, stored] = [cells.slice(0, half), cells.slice(half, 2 * half)].map((each) => fromRow(each.join('\t')).reading)
      conflicts.push({ line: Number(cells.at(-1)), incoming: incoming!, stored: stored! })
    }
  const accepted = rowCount ?? 0
  return { accepted, repeats: lines.length - accepted - conflicts.length, conflicts }
}
