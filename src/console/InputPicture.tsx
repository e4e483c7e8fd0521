import { lazy, Suspense, useMemo } from 'react'
import type { SeriesWire } from '../wire/statement.ts'
import { inputChart, stateName, type StateOrAccepted } from './month-chart.ts'
import { usePalette } from './Picture.tsx'
import type { TreeNode } from './tree.ts'

const Chart = lazy(() => import('./Chart.tsx').then(({ Chart: component }) => ({ default: component })))

const series: Readonly<Record<string, StateOrAccepted>> = {
  '∫N': 'accepted',
  '∫P': 'planned',
  '∫U': 'unavailable',
  '∫S': 'sold',
  '∫G': 'called',
}

type Props = Readonly<{ node: TreeNode; block: string | undefined; series: SeriesWire; zone: string }>

/** The chosen input through the month, where it is one of the functions that a statement keeps by the hour. */
export const InputPicture = ({ node, block, series: of, zone }: Props) => {
  const palette = usePalette()
  const state = series[node.input.symbol ?? '']
  const { source } = node.input
  const subject = source.kind === 'fact' ? source.subject : (block ?? '')
  const option = useMemo(() => {
    const blocks = subject === '' ? undefined : subject.split(' ')
    return state === undefined ? undefined : inputChart(of, state, blocks, zone)(palette)
  }, [state, of, subject, zone, palette])
  if (state === undefined || option === undefined) return null
  return (
    <section className="input-picture" aria-label={`${stateName(state)} through the month`}>
      <header>
        <h2>{stateName(state)} through the month</h2>
        <span className="third">GPUs, by hour</span>
      </header>
      <Suspense fallback={<div className="chart" style={{ height: 104 }} />}>
        <Chart
          option={option}
          height={104}
          says={`${stateName(state)} GPUs by hour, ${zone}; the same by day is in the table of the month.`}
        />
      </Suspense>
    </section>
  )
}
