import type { BrowserContext, Page } from 'playwright-core'

/** A screenshot made small: the mean lightness of each cell of a grid, a letter each. It shows where things are and how dark, not what a font hinted. */
export const grid = { columns: 96, rows: 60 } as const
/** Steps of lightness: a to p. */
const steps = 16
/** Cells that may differ by more than `stepsApart`, of a thousand. */
const differentMax = 12
const stepsApart = 2

/** Makes a picture small, in the browser: it has a decoder. */
const shrink = async (context: BrowserContext, png: Buffer): Promise<string> => {
  const page = await context.newPage()
  try {
    return await page.evaluate(
      async ({ data, columns, rows, levels }) => {
        const image = await createImageBitmap(await (await fetch(data)).blob())
        const canvas = new OffscreenCanvas(image.width, image.height)
        const painter = canvas.getContext('2d')!
        painter.drawImage(image, 0, 0)
        const { data: pixels } = painter.getImageData(0, 0, image.width, image.height)
        const [sums, counts] = [new Float64Array(columns * rows), new Float64Array(columns * rows)]
        for (let y = 0; y < image.height; y++)
          for (let x = 0; x < image.width; x++) {
            const cell = Math.floor((y * rows) / image.height) * columns + Math.floor((x * columns) / image.width)
            const at = (y * image.width + x) * 4
            sums[cell]! += 0.2126 * pixels[at]! + 0.7152 * pixels[at + 1]! + 0.0722 * pixels[at + 2]!
            counts[cell]! += 1
          }
        let text = ''
        for (const [i, sum] of sums.entries())
          text += String.fromCharCode(97 + Math.min(levels - 1, Math.floor((sum / counts[i]! / 256) * levels)))
        return text
      },
      { data: `data:image/png;base64,${png.toString('base64')}`, ...grid, levels: steps },
    )
  } finally {
    await page.close()
  }
}

/** Runs of one letter as the letter and how many: most of a page is empty. */
const pack = (text: string): string => text.replaceAll(/(.)\1+/g, (run) => `${run[0]!}${run.length}`)
const unpack = (text: string): string =>
  text.replaceAll(/([a-p])(\d+)/g, (_, letter: string, times: string) => letter.repeat(Number(times)))

/** What a page looks like: the picture, and the same made small. */
export const lookAt = async (page: Page, plain: BrowserContext): Promise<Readonly<{ png: Buffer; small: string }>> => {
  await page.evaluate(() => document.fonts.ready)
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' })
  return { png, small: pack(await shrink(plain, png)) }
}

/** Why a page does not look as it did, in a sentence; undefined where it does. */
export const differs = (packedNow: string, packedBefore: string): string | undefined => {
  const [now, before] = [unpack(packedNow), unpack(packedBefore)]
  if (now.length !== before.length) return `it has ${now.length} cells, and had ${before.length}`
  const cells = Array.from({ length: now.length }, (_, i) => i).filter(
    (i) => Math.abs(now.charCodeAt(i) - before.charCodeAt(i)) > stepsApart,
  )
  if (cells.length * 1000 <= now.length * differentMax) return undefined
  const places = cells.slice(0, 3).map((cell) => `${cell % grid.columns}:${Math.floor(cell / grid.columns)}`)
  return `${cells.length} of ${now.length} cells differ, first at ${places.join(', ')}`
}
