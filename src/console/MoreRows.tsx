import { Button } from '@mantine/core'

type More = Readonly<{ hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown>; error: Error | null }>

/** Says that a table does not hold all rows yet, so that its totals are of what is shown, and brings more. */
export const MoreRows = ({ query: { hasNextPage, isFetchingNextPage, fetchNextPage, error } }: Readonly<{ query: More }>) =>
  hasNextPage ? (
    <p className="inside more-rows">
      There are more rows: totals and files of this table are of those that are shown.{' '}
      <Button size="xs" onClick={() => void fetchNextPage()} disabled={isFetchingNextPage}>
        {isFetchingNextPage ? 'Reading …' : 'Read more rows'}
      </Button>
      {error === null ? null : <span role="alert"> {error.message}</span>}
    </p>
  ) : null
