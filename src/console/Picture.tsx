import { useMantineColorScheme, useComputedColorScheme } from '@mantine/core'
import type { EChartsCoreOption } from 'echarts/core'
import { lazy, Suspense, useMemo, type ReactNode } from 'react'
import { useNumberStyle } from './number-style.ts'
import { palettes, type Palette } from './palette.ts'

// The chart library is large, and no table needs it.
const Chart = lazy(() => import('./Chart.tsx').then(({ Chart: component }) => ({ default: component })))

export type Option = EChartsCoreOption

/** The palette that is in force now, however the reader chose it. */
export const usePalette = (): Palette => {
  useMantineColorScheme()
  return palettes[useComputedColorScheme('light')]
}

type PictureProps = Readonly<{
  title: string
  /** Unit and zone. */
  subtitle: string
  /** The conclusion, in a sentence, for who cannot see it. */
  says: string
  height: number
  /** Pixels below which its labels would collide: a narrower screen scrolls it sideways. */
  widthMin?: number
  table: ReactNode
  shown: 'chart' | 'table'
  onShow: (shown: 'chart' | 'table') => void
  legend?: ReactNode
  /** What the chart shows, in these colours. The same function as long as it draws the same. */
  draw: (palette: Palette) => Option
  /** A mark was pressed: the name its series or item carries. */
  onPick?: (name: string) => void
}>

/** A chart with its table beside it: the same numbers, one press apart. */
export const Picture = ({ title, subtitle, says, height, widthMin = 0, table, shown, onShow, legend, draw, onPick }: PictureProps) => {
  const palette = usePalette()
  const style = useNumberStyle()
  // Labels are numbers: they are written anew when the style is another.
  // oxlint-disable-next-line react/exhaustive-deps
  const option = useMemo(() => draw(palette), [draw, palette, style])
  return (
    <section className="panel picture" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="third grow">{subtitle}</span>
        {shown === 'chart' ? legend : null}
        <span className="choice" role="group" aria-label={`${title} as`}>
          {(['chart', 'table'] as const).map((kind) => (
            <button key={kind} type="button" aria-pressed={shown === kind} onClick={() => onShow(kind)}>
              {kind === 'chart' ? 'Chart' : 'Table'}
            </button>
          ))}
        </span>
      </header>
      {shown === 'table' ? (
        <div className="scroll-x">{table}</div>
      ) : (
        // A wide picture scrolls in a narrow window, with the keyboard too.
        <div className="scroll-x" {...(widthMin === 0 ? {} : { tabIndex: 0, role: 'group', 'aria-label': `${title}, chart` })}>
          <div style={{ minWidth: widthMin }}>
            <Suspense fallback={<div className="chart" style={{ height }} />}>
              <Chart option={option} height={height} says={says} {...(onPick === undefined ? {} : { onPick })} />
            </Suspense>
          </div>
        </div>
      )}
    </section>
  )
}

export const Legend = ({ items }: Readonly<{ items: readonly Readonly<{ name: string; colour: string; shape?: 'line' | 'dash' }>[] }>) => (
  <ul className="legend" aria-label="Legend">
    {items.map(({ name, colour, shape }) => (
      <li key={name}>
        <i
          className={shape === undefined ? 'swatch' : `swatch ${shape}`}
          style={{ background: shape === undefined ? `var(--${colour})` : undefined, borderColor: `var(--${colour})` }}
        />
        {name}
      </li>
    ))}
  </ul>
)
