import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { Work } from './transaction.ts'

/** A guarantor's document as it is on record. */
export type PortfolioRecord = Readonly<{
  portfolio: string
  version: number
  guarantor: string
  document: string
  hash: string
  recordedAt: Instant
}>

/** The latest document of a guarantor, as known at an instant of the world's clock; undefined where none can be seen. */
export const findPortfolio = async (
  { client }: Work,
  { guarantor, known }: Readonly<{ guarantor: string; known: string | undefined }>,
): Promise<PortfolioRecord | undefined> => {
  const { rows } = await client.query<Omit<PortfolioRecord, 'recordedAt'> & { recorded_at: Date }>(
    `select portfolio, version, guarantor, document, hash, recorded_at from portfolio_version
      where guarantor = $1 and recorded_at <= $2 order by recorded_at desc, version desc limit 1`,
    [guarantor, known ?? 'infinity'],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const { recorded_at, ...record } = row
  return { ...record, recordedAt: Math.floor(recorded_at.getTime() / 1000) }
}

/** The latest version of a portfolio by its name. */
export const findPortfolioVersion = async (
  { client }: Work,
  portfolio: string,
): Promise<Readonly<{ version: number; hash: string; guarantor: string }> | undefined> => {
  const { rows } = await client.query<{ version: number; hash: string; guarantor: string }>(
    'select version, hash, guarantor from portfolio_version where portfolio = $1 order by version desc limit 1',
    [portfolio],
  )
  return rows[0]
}

/** Whether any guarantor's document is on record. */
export const hasPortfolio = async ({ client }: Work): Promise<boolean> => {
  const { rows } = await client.query<{ found: boolean }>('select exists (select from portfolio_version) as found')
  return rows[0]!.found
}

export const appendPortfolio = async (
  { client }: Work,
  { portfolio, version, guarantor, document, hash, recordedAt }: PortfolioRecord,
): Promise<void> => {
  await client.query(
    'insert into portfolio_version (portfolio, version, guarantor, document, hash, recorded_at) values ($1, $2, $3, $4, $5, $6)',
    [portfolio, version, guarantor, document, hash, formatInstant(recordedAt)],
  )
}
