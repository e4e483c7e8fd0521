import { defineConfig } from 'oxlint'

const bans = [
  { object: 'Math', property: 'random', message: 'Chance is an argument: rng.' },
  { object: 'Date', property: 'now', message: 'Time is an argument: at.' },
  { object: 'Temporal', property: 'Now', message: 'Time is an argument: at.' },
  { object: 'performance', property: 'now', message: 'Time is an argument: at.' },
  { object: 'Number', property: 'parseFloat', message: 'Use a decimal.' },
] as const

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'react', 'jsx-a11y', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true },
  ignorePatterns: ['.cache', '.offtake', 'node_modules'],
  jsPlugins: ['./scripts/rooms.ts'],
  rules: {
    'rooms/imports': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    'typescript/no-floating-promises': [
      'error',
      { allowForKnownSafeCalls: [{ from: 'package', name: ['test', 'describe'], package: 'node:test' }] },
    ],
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: false }],
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'off',
    'typescript/strict-boolean-expressions': 'off',
    // The compiler already sees a missing return; the rule does not know that a switch is exhaustive.
    'typescript/consistent-return': 'off',
    'react/react-in-jsx-scope': 'off',
    'unicorn/no-array-callback-reference': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'import/no-named-as-default-member': 'off',
    'oxc/no-async-endpoint-handlers': 'off',
    'jsx-a11y/prefer-tag-over-role': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'import/no-unassigned-import': ['error', { allow: ['**/*.css'] }],
    'unicorn/no-array-sort': 'error',
    'unicorn/no-array-reverse': 'error',
  },
  overrides: [
    {
      files: ['src/core/**/*.ts'],
      excludeFiles: ['**/*.test.ts'],
      rules: {
        'no-restricted-globals': ['error', { name: 'Date', message: 'Use Temporal.' }, { name: 'parseFloat', message: 'Use a decimal.' }],
        'no-restricted-properties': ['error', ...bans],
      },
    },
    // A list, an entry for each rule.
    { files: ['scripts/break-rules.ts'], rules: { 'max-lines': 'off' } },
    // Written by scripts/write-client.ts.
    { files: ['src/client/operations.ts'], rules: { 'max-lines': 'off' } },
    { files: ['*.config.ts', 'scripts/rooms.ts'], rules: { 'import/no-default-export': 'off' } },
    { files: ['**/*.test.ts', 'test/**'], rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' } },
  ],
})
