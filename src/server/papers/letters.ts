/** What the fonts of every reader of PDF have beyond Latin-1: the rest of their code page, Windows-1252. */
const beyondLatin = new Set('€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ')

const isThere = (letter: string): boolean => {
  const code = letter.codePointAt(0)!
  return (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xff) || beyondLatin.has(letter)
}

const likened = new Map([
  ['−', '-'],
  ['→', 'to'],
  ['↔', 'and'],
  ['ł', 'l'],
  ['Ł', 'L'],
])

/** A letter that the fonts have: itself, without its accents, or `?`. */
const letterFor = (letter: string): string => {
  if (isThere(letter)) return letter
  const like = likened.get(letter)
  if (like !== undefined) return like
  const bare = letter.normalize('NFKD').replaceAll(/\p{M}/gu, '')
  return bare !== '' && Array.from(bare).every(isThere) ? bare : '?'
}

/** Text in letters that the fonts have. What is a control, such as a line's end, is a space. */
export const lettersOf = (text: string): string => Array.from(text.normalize('NFC').replaceAll(/\p{Cc}+/gu, ' '), letterFor).join('')

/** Whether something of a text is lost in those letters. */
export const isSpelled = (text: string): boolean => lettersOf(text) === text.normalize('NFC')
