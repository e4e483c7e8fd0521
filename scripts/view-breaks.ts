/** What is broken in what a page shows of what was asked for: see `break-rules.ts`. */
export const viewBreaks = [
  {
    law: 'API142 in a portfolio of two currencies',
    test: 'src/server/api/portfolio.test.ts',
    file: 'src/server/app/portfolio.ts',
    find: 'currency === undefined || row.currency === currency',
    put: 'currency === undefined || row.currency !== undefined',
  },
] as const
