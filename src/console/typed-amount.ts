/**
 * An amount that somebody typed, as the API takes it; undefined where it is none. It is written as amounts are shown: a point before at most as many decimals as
 * `like` has, commas between thousands or none at all. `1.000,00` is no amount: what it would be read as is not what was meant.
 */
export const typedAmount = (text: string, like: string): string | undefined => {
  const given = text.trim()
  if (!/^(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$/.test(given)) return undefined
  const places = (amount: string): number => amount.split('.')[1]?.length ?? 0
  return places(given) > places(like) ? undefined : given.replaceAll(',', '')
}

/** What is said beside a field that holds no amount. */
export const amountHint = 'An amount is written as 1,234.56 or 1234.56.'
