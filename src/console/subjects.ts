import type { AgreementWire } from '../wire/agreement.ts'

/** Blocks of a fact, and the pools their sales are reported by: what readings call them. */
export const subjectsOf = (subject: string, terms: AgreementWire | undefined): string[] => {
  const blocks = subject.split(' ').filter((each) => each !== '')
  const pools = (terms?.blocks ?? []).filter(({ id }) => blocks.includes(id)).map(({ pool }) => pool)
  return [...new Set([...blocks, ...pools])]
}
