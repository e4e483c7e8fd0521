import { stringify } from 'yaml'
import type { Agreement } from './agreement.ts'

/** Writes a document that `parseAgreement` reads back as the same agreement: YAML 1.2, every default written out, decimals in quotes. */
export const serializeAgreement = (agreement: Agreement): string =>
  stringify(agreement, { version: '1.2', schema: 'core', aliasDuplicateObjects: false, lineWidth: 120 })
