import { hash } from 'node:crypto'
import { readingText } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'

/** The name of what a reading says: SHA-256, in hex, of its canonical content, by the fast hash that core cannot import. */
export const digestOf = (reading: Reading): string => hash('sha256', readingText(reading))
