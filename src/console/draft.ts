/** The text of a next version to begin from: the latest as it was signed, numbered on, naming the hash of the one before. Only these lines change. */
export const nextVersionText = (
  signed: string,
  { version, previous, effective }: Readonly<{ version: number; previous: string; effective: string }>,
): string => {
  const wanted: readonly (readonly [key: string, value: string])[] = [
    ['version', String(version)],
    ['effective', effective],
    ['previous', previous],
  ]
  let text = signed
  let after = /^agreement:.*$/m
  for (const [key, value] of wanted) {
    const line = new RegExp(`^${key}:.*$`, 'm')
    text = line.test(text) ? text.replace(line, `${key}: ${value}`) : text.replace(after, (found) => `${found}\n${key}: ${value}`)
    after = line
  }
  return text
}
