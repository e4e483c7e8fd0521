/**
 * What stays on screen while a newer answer is read: the one before, where it is of the same thing. The figures of another never stand under an
 * address, not even for as long as its own are on their way.
 */
export const keepOf = <T>(shown: T | undefined, isSame: (shown: T) => boolean): T | undefined =>
  shown !== undefined && isSame(shown) ? shown : undefined
