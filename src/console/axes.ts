import type { Palette } from './palette.ts'

/** What all charts share: no frame, thin rules, small grey labels, nothing that moves. */
export const sans = "'Inter Variable', system-ui, sans-serif"

export const labelStyle = (palette: Palette, role: keyof Palette = 'third') => ({ color: palette[role], fontSize: 11, fontFamily: sans })

export const axisStyle = (palette: Palette) => ({
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { showMaxLine: false, lineStyle: { color: palette.line } },
  axisLabel: labelStyle(palette),
})

export const tooltipStyle = (palette: Palette) => ({
  // Inside its chart: a panel that scrolls sideways would cut it off.
  confine: true,
  backgroundColor: palette.surface,
  borderColor: palette.strong,
  borderWidth: 1,
  padding: [6, 10],
  transitionDuration: 0,
  textStyle: { color: palette.ink, fontSize: 12, fontFamily: sans },
  extraCssText: 'box-shadow: 0 4px 12px rgb(0 0 0 / .16); font-variant-numeric: tabular-nums;',
})

/** Marks look the same under the pointer: colour is data. */
export const still = { emphasis: { disabled: true } } as const

/** Text for ECharts' tooltips, which are HTML. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** A round number of ticks above zero: 1, 2, 2.5 or 5 times a power of ten, so that `most` fits in at most five of them. */
export const roundStep = (most: number): number => {
  if (!(most > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(most / 4))
  return [1, 2, 2.5, 5, 10].map((times) => times * power).find((step) => most / step <= 5) ?? most
}
