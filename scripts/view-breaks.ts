const pages = 'src/console'
const lines = `${pages}/portfolio-lines.test.ts`
const charts = `${pages}/charts.test.ts`

/** What is broken in what a page shows of what was asked for: see `break-rules.ts`. */
export const viewBreaks = [
  {
    law: 'API142 in a portfolio of two currencies',
    test: 'src/server/api/portfolio.test.ts',
    file: 'src/server/app/portfolio.ts',
    find: 'currency === undefined || row.currency === currency',
    put: 'currency === undefined || row.currency !== undefined',
  },
  {
    law: 'CO70 the amount over lines is of their own book',
    test: lines,
    file: `${pages}/portfolio-lines.ts`,
    find: 'return found.length === 1 ? found[0] : undefined',
    put: 'return books[0] ?? found[0]',
  },
  {
    law: 'CO70 an address names the book',
    test: lines,
    file: `${pages}/portfolio-lines.ts`,
    find: 'return { of, agreement, currency, on',
    put: 'return { of, agreement, on',
  },
  {
    law: 'CO70 a pressed bar names the lines of its own side',
    test: charts,
    file: `${pages}/cash-chart.ts`,
    find: '{ of, month } : undefined',
    put: "{ of: 'paid', month } : undefined",
  },
  {
    law: 'CO72 while an answer is read',
    test: `${pages}/keep-of.test.ts`,
    file: `${pages}/keep-of.ts`,
    find: 'isSame(shown) ? shown',
    put: '[isSame(shown)].length > 0 ? shown',
  },
  {
    law: 'CO74 a deduction is a sign and a size',
    test: `${pages}/tree.test.ts`,
    file: `${pages}/tree-values.ts`,
    find: "numberStyle() === 'minus' || ",
    put: '',
  },
  {
    law: 'CO75 the value of a lane is not struck through',
    test: charts,
    file: `${pages}/term-series.ts`,
    find: 'isStruck && beside + width <= to',
    put: 'isStruck && beside + width > to',
  },
] as const
