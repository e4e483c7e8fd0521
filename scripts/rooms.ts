import { dirname, relative, resolve } from 'node:path'

/** Which room may import which, and which packages. Changing this table is a design decision. */
export const rooms: Record<string, { rooms: readonly string[]; packages: readonly string[] }> = {
  'core/base': { rooms: [], packages: ['@noble/hashes/*'] },
  'core/terms': { rooms: ['core/base'], packages: ['yaml'] },
  'core/capacity': { rooms: ['core/base', 'core/terms'], packages: [] },
  'core/meter': { rooms: ['core/base', 'core/terms', 'core/capacity'], packages: [] },
  'core/settlement': { rooms: ['core/base', 'core/terms', 'core/capacity', 'core/meter'], packages: [] },
  'core/claims': { rooms: ['core/base', 'core/terms', 'core/capacity', 'core/meter'], packages: [] },
  'core/ledger': { rooms: ['core/base'], packages: [] },
  'core/credit': { rooms: ['core/base', 'core/terms', 'core/settlement'], packages: [] },
  'core/market': { rooms: ['core/base'], packages: [] },
  'core/posting': { rooms: ['core/base', 'core/terms', 'core/settlement', 'core/ledger'], packages: [] },
  'core/statements': { rooms: ['core/base', 'core/terms', 'core/meter', 'core/settlement', 'core/ledger'], packages: [] },
  'core/sheets': { rooms: ['core/base', 'core/statements'], packages: ['fflate'] },
  wire: { rooms: ['core/base'], packages: ['zod'] },
  'server/store': { rooms: ['core/*'], packages: ['*'] },
  'server/fleet': { rooms: ['core/*'], packages: ['*'] },
  'server/telemetry': { rooms: ['core/*'], packages: ['*'] },
  'server/history': { rooms: ['core/*', 'server/fleet'], packages: ['*'] },
  'server/campus': { rooms: ['core/*', 'server/fleet', 'server/history'], packages: ['node:*'] },
  'server/app': {
    rooms: ['core/*', 'server/store', 'server/fleet', 'server/telemetry', 'server/history', 'server/campus'],
    packages: ['node:*'],
  },
  'server/papers': { rooms: ['core/*'], packages: ['node:*', 'pdfkit'] },
  'server/api': {
    rooms: ['core/*', 'server/app', 'server/papers', 'server/store', 'server/fleet', 'server/telemetry', 'wire'],
    packages: ['*'],
  },
  'server/jobs': { rooms: ['core/*', 'server/app', 'server/store'], packages: ['*'] },
  server: { rooms: ['*'], packages: ['*'] },
  cli: { rooms: ['wire', 'core/*', 'server', 'server/*'], packages: ['*'] },
  client: { rooms: ['wire'], packages: [] },
  console: { rooms: ['wire', 'core/base', 'core/sheets'], packages: ['*'] },
}

const source = resolve(import.meta.dirname, '../src')
const allows = (list: readonly string[], name: string) =>
  list.some((item) => (item.endsWith('*') ? name.startsWith(item.slice(0, -1)) : item === name))
const roomOf = (file: string) =>
  Object.keys(rooms)
    .toSorted((a, b) => b.length - a.length)
    .find((room) => relative(source, file).startsWith(`${room}/`))

/** The complaint about one import, if there is one. */
export const complaint = (file: string, specifier: string): string | undefined => {
  const room = roomOf(file)
  if (room === undefined || file.endsWith('.test.ts')) return undefined
  if (!specifier.startsWith('.'))
    return allows(rooms[room]!.packages, specifier) ? undefined : `${room} may not import the package ${specifier}`
  const target = resolve(dirname(file), specifier)
  const other = roomOf(target)
  if (other === room) return dirname(target) === resolve(source, room) ? undefined : `${room} is flat: no folders below it`
  return other !== undefined && allows(rooms[room]!.rooms, other)
    ? undefined
    : `${room} may not import ${other ?? 'a file outside every room'}: see scripts/rooms.ts`
}

type Node = { source?: { type: string; value?: unknown } | null; argument?: unknown }
type Context = { filename: string; report: (problem: { node: Node; message: string }) => void }

const rule = {
  create: (context: Context) => {
    const check = (node: Node) => {
      const value = node.source?.value
      const message = typeof value === 'string' ? complaint(context.filename, value) : undefined
      if (message !== undefined) context.report({ node, message })
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: check,
    }
  },
}

export default { meta: { name: 'rooms' }, rules: { imports: rule } }
