import { BarChart, CustomChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use, type EChartsCoreOption, type EChartsType } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

use([BarChart, CustomChart, LineChart, GridComponent, MarkLineComponent, TooltipComponent, AriaComponent, SVGRenderer])

type ChartProps = Readonly<{ option: EChartsCoreOption; height: number; says: string; onPick?: (name: string) => void }>

/** One ECharts picture, drawn as SVG, without animation. It is one image to a screen reader; its table has the numbers. */
export const Chart = ({ option, height, says, onPick }: ChartProps) => {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType>(undefined)
  const pick = useRef(onPick)
  useEffect(() => {
    pick.current = onPick
  })
  useEffect(() => {
    const made = init(box.current, null, { renderer: 'svg' })
    chart.current = made
    made.on('click', ({ name, seriesId }) => pick.current?.(name === '' ? (seriesId ?? '') : name))
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(box.current!)
    return () => {
      observer.disconnect()
      made.dispose()
    }
  }, [])
  useEffect(() => {
    // The words for screen readers are ours: ECharts would read out every point.
    chart.current?.setOption({ animation: false, aria: { enabled: true, label: { description: says } }, ...option }, { notMerge: true })
  }, [option, says])
  return <div ref={box} className="chart" role="img" aria-label={says} style={{ height }} />
}
