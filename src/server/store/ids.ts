import { randomUUIDv7 } from 'node:crypto'

type Prefix = 'stm' | 'jrn' | 'imp' | 'clm' | 'dft' | 'dsp' | 'usr' | 'key' | 'ses' | 'whk' | 'msg' | 'adv' | 'prp' | 'job'

/** What the system names: a prefix that says what it is, and a UUIDv7, so that names sort by time. */
export const newId = (prefix: Prefix): string => `${prefix}_${randomUUIDv7()}`
