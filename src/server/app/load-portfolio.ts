import { hashOfJson } from '../../core/base/hash.ts'
import type { Problem } from '../../core/base/problem.ts'
import type { Instant } from '../../core/base/time.ts'
import { parsePortfolio, type Portfolio } from '../../core/credit/portfolio.ts'
import { appendDeed, type By } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { appendPortfolio, findPortfolioVersion } from '../store/portfolios.ts'
import { inTransaction, lockName } from '../store/transaction.ts'

export type LoadPortfolioAnswer =
  | Readonly<{ kind: 'loaded'; again: boolean; portfolio: Portfolio; version: number; hash: string }>
  | Readonly<{ kind: 'refused'; problems: readonly Problem[] }>

/**
 * Puts a guarantor's document of what it holds together on record, as the next version of its name. The same document again changes nothing. Its
 * agreements need not be on record: what is told of a portfolio is of those that are.
 */
export const loadPortfolio = async (
  store: Store,
  { document, now, by }: Readonly<{ document: string; now: Instant; by: By }>,
): Promise<LoadPortfolioAnswer> => {
  const parsed = parsePortfolio(document)
  if ('problems' in parsed) return { kind: 'refused', problems: parsed.problems }
  const { portfolio } = parsed
  const hash = hashOfJson(portfolio)
  return inTransaction<LoadPortfolioAnswer>(store, async (tx) => {
    const { portfolio: name, guarantor } = portfolio
    await lockName(tx, `portfolio ${name}`, 'exclusive')
    const latest = await findPortfolioVersion(tx, name)
    if (latest !== undefined && latest.guarantor !== guarantor) {
      const message = `is ${guarantor}: the portfolio ${name} on record is of ${latest.guarantor}; give this one another name`
      return { kind: 'refused', problems: [{ pointer: '/guarantor', message }] }
    }
    if (latest?.hash === hash) return { kind: 'loaded', again: true, portfolio, version: latest.version, hash }
    const version = (latest?.version ?? 0) + 1
    await appendPortfolio(tx, { portfolio: name, version, guarantor, document, hash, recordedAt: now })
    await appendDeed(tx.queries, { at: now, by, action: 'load', subject: `portfolio ${name}`, detail: { version, hash } })
    return { kind: 'loaded', again: false, portfolio, version, hash }
  })
}
