import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { scrolls } from './scrolls.ts'

type Pages = Readonly<{ hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }>

export type SettingsTableProps = Readonly<{
  caption: string
  /** The last one, where it is empty, is that of the acts. */
  heads: readonly string[]
  /** Said in place of a table without rows. */
  empty: string
  query: Pages
  children: readonly ReactNode[]
}>

/** Rows that can be changed, a page after another. */
export const SettingsTable = ({ caption, heads, empty, query, children }: SettingsTableProps) => (
  <section className="panel scroll-x" {...scrolls(`${caption}, a table`)}>
    {children.length === 0 ? (
      <p className="empty">{empty}</p>
    ) : (
      <table className="table settings-table">
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head === '' ? <span className="hidden">Acts</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    )}
    {query.hasNextPage ? (
      <p className="more">
        <Button size="xs" onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
          Show more
        </Button>
      </p>
    ) : null}
  </section>
)
