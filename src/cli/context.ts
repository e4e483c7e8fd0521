import type { Readable } from 'node:stream'
import type { Instant } from '../core/base/time.ts'
import type { LoginWords } from '../server/login-settings.ts'

/** What a command may touch of the world: made once, at the entry. */
export type Context = Readonly<{
  /** A database server, or undefined for the embedded one. */
  url: string | undefined
  /** A ClickHouse server for telemetry, or undefined for the embedded one. */
  clickhouseUrl: string | undefined
  /** Where the embedded databases live. */
  home: string
  now: () => Instant
  /** The clock of this machine, whatever `--now` says: by it sessions and keys end. */
  clock: () => Instant
  /** What the environment says of how people sign in. */
  login: LoginWords
  /** The key by which another server knows this machine. */
  key: string | undefined
  /** Whether `--now` says what time it is. */
  isNowGiven: boolean
  /** Data, on standard output. */
  print: (text: string) => void
  /** As `print`, for what has no end: resolves when the reader can take more. */
  pour: (text: string) => Promise<void>
  /** Everything else, a line on standard error. Answers nothing, for where there is nothing else to answer. */
  say: (text: string) => undefined
  /** As `say`, for what passes: shown on a terminal only, and overwritten by what comes next. */
  show: (text: string) => void
  stdin: Readable
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
}>

/** What the caller gave cannot be used: every sentence about it was said. */
export const badInput = 2
/** What was asked for could not be done. */
export const failure = 1
