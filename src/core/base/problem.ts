/** One thing wrong with what somebody gave us: where, what, and what would be right. */
export type Problem = Readonly<{
  /** JSON pointer into the document, `''` for the whole. */
  pointer: string
  /** From 1, where the document is text. */
  line?: number
  message: string
}>

/** `agreement.yaml:12: /clauses/0/price: is 1.7 …`, as compilers write it. */
export const describeProblem = (file: string, { line, pointer, message }: Problem): string =>
  `${file}${line === undefined ? '' : `:${line}`}: ${pointer === '' ? '' : `${pointer}: `}${message}`
