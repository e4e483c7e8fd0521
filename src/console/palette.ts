/** The colours of one scheme. Colour belongs to data: who pays is never a colour. */
export type Palette = Readonly<{
  page: string
  surface: string
  sunk: string
  /** The row of a navigation one is on. */
  here: string
  line: string
  strong: string
  ink: string
  second: string
  third: string
  accent: string
  tint: string
  done: string
  attention: string
  attentionTint: string
  breach: string
  breachTint: string
  sold: string
  /** A tint of sold: kept, and held by no job. */
  soldIdle: string
  called: string
  unsold: string
  unavailable: string
  planned: string
  accepted: string
  /** Bars that are totals. */
  total: string
  button: string
  buttonInk: string
}>

const light: Palette = {
  page: '#F6F7F9',
  surface: '#FFFFFF',
  sunk: '#EEF0F3',
  here: '#EEF0F3',
  line: '#E1E4E9',
  strong: '#CBD0D8',
  ink: '#14171C',
  second: '#4A515C',
  third: '#666E7A',
  accent: '#0B6E69',
  tint: '#EAF6F5',
  done: '#1C7A3E',
  attention: '#8A5300',
  attentionTint: '#FFF4DF',
  breach: '#B3261E',
  breachTint: '#FDECEA',
  sold: '#3D6CD3',
  soldIdle: '#A9BEF0',
  called: '#A52777',
  unsold: '#C8801A',
  unavailable: '#2A2E35',
  planned: '#8F949C',
  accepted: '#14171C',
  total: '#4A515C',
  button: '#14171C',
  buttonInk: '#FFFFFF',
}

const dark: Palette = {
  page: '#0D0F13',
  surface: '#14171C',
  sunk: '#0A0C0F',
  here: '#20252D',
  line: '#262B33',
  strong: '#39404B',
  ink: '#ECEEF2',
  second: '#AEB5C0',
  third: '#8B93A0',
  accent: '#4FC9C0',
  tint: '#10302F',
  done: '#5CC983',
  attention: '#F0B03F',
  attentionTint: '#2C2310',
  breach: '#FF8A80',
  breachTint: '#331A18',
  sold: '#2F6BE6',
  soldIdle: '#1D3A78',
  called: '#DFA0EE',
  unsold: '#EE8709',
  unavailable: '#EAECF1',
  planned: '#828791',
  accepted: '#ECEEF2',
  total: '#AEB5C0',
  button: '#ECEEF2',
  buttonInk: '#14171C',
}

export const palettes = { light, dark } as const

/** The same colours for style sheets: `--sold`, `--attention-tint`. */
export const variablesOf = (palette: Palette): Record<string, string> =>
  Object.fromEntries(
    Object.entries(palette).map(([role, colour]) => [`--${role.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`, colour]),
  )

/** What a GPU of accepted capacity is doing, in the order in which it is always stacked, from the bottom. */
export const states = ['sold', 'called', 'unsold', 'unavailable', 'planned'] as const
export type CapacityState = (typeof states)[number]

/** What a cell of the map of racks shows, from the bottom of the stack; then why a cell has no colour of its own. */
export const cellRoles = [
  'soldUsed',
  'soldIdle',
  'called',
  'unsold',
  'unavailable',
  'noEvidence',
  'planned',
  'notAccepted',
  'notYet',
] as const
export type CellRole = (typeof cellRoles)[number]

/** The role of the palette that a cell is painted in. Three kinds of absence differ: what is not known is surface, with a border drawn around it. */
export const cellColour: Readonly<Record<CellRole, keyof Palette>> = {
  soldUsed: 'sold',
  soldIdle: 'soldIdle',
  called: 'called',
  unsold: 'unsold',
  unavailable: 'unavailable',
  noEvidence: 'surface',
  planned: 'planned',
  notAccepted: 'sunk',
  notYet: 'page',
}

export const cellNames: Readonly<Record<CellRole, string>> = {
  soldUsed: 'Sold, used',
  soldIdle: 'Sold, idle',
  called: 'Called',
  unsold: 'Unsold',
  unavailable: 'Unavailable',
  noEvidence: 'No evidence',
  planned: 'Planned',
  notAccepted: 'Not accepted',
  notYet: 'Not yet',
}

/** The colour of a cell as style sheets name it. */
export const cellVariable = (role: CellRole): string => `var(--${cellColour[role].replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)})`
