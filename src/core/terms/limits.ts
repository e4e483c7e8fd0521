/** Named limits of a document. */
export const limits = {
  /** Characters of the text. */
  characters: 2 ** 20,
  /** Scalars, lists and maps, with every alias written out. */
  values: 200_000,
  depth: 32,
  versions: 1_000,
  parties: 100,
  blocks: 10_000,
  tranches: 1_000,
  pools: 10_000,
  orders: 10_000,
  clauses: 1_000,
  /** Steps of one value by date: a change every month for as long as an agreement can run. */
  steps: 420,
  contractYears: 50,
  tiers: 100,
  caps: 20,
  conditions: 100,
  holidays: 5_000,
  meteringSources: 20,
  sources: 1_000,
  nameCharacters: 200,
  textCharacters: 4_000,
  /** Problems reported of one document. */
  problems: 1_000,
} as const
