const pages = 'src/console'

/** What is broken in the console without a browser: how decisions are sent, and how sums are read. See `break-rules.ts`. */
export const consoleBreaks = [
  {
    law: 'CO65 what is sent again',
    test: `${pages}/once.test.ts`,
    file: `${pages}/once.ts`,
    find: 'if (isKept(error)) answered()',
    put: '',
  },
  {
    law: 'CO65 what is sent again',
    test: `${pages}/once.test.ts`,
    file: `${pages}/once.ts`,
    find: ' &&\n  !aboutTheAct.includes(error.problem.type)',
    put: '',
  },
  {
    law: 'CO66 the net adds up',
    test: `${pages}/explained.test.ts`,
    file: `${pages}/explained.ts`,
    find: 'line.payer === from && line.payee === to',
    put: 'line.payer === from',
  },
  {
    law: 'CO67 claimed = eligible + rejected + unproven',
    test: `${pages}/claim-sums.test.ts`,
    file: `${pages}/claim-sums.ts`,
    find: 'if (!isLost || places === placesMax)',
    put: 'if (!isLost || places === 0)',
  },
  {
    law: 'CO69 what the address names',
    test: `${pages}/disputed-input.test.ts`,
    file: `${pages}/disputed-input.ts`,
    find: 'findNode(root, path)',
    put: "findNode(root, path.split('.')[0]!)",
  },
] as const
