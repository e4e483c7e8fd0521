import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Notice } from './Answer.tsx'
import type { Failure } from './fetch.ts'

const toFactories = (
  <Button component={Link} to="/factories">
    All factories
  </Button>
)

/** What refusals mean on the pages of a factory. */
export const explainFactory = ({ factory, month }: Readonly<{ factory: string; month: string }>) => ({
  none: (
    <Notice title={`No rack of ${factory} is on record`} act={toFactories}>
      The map of racks is drawn from readings of kind <code>rack</code>: each names its hall, its nodes and since when it stands. Import
      them and the factory shows here.
    </Notice>
  ),
  failure: (failure: Failure): ReactNode => {
    const kind = failure.problem.type.replace('urn:offtake:problem:', '')
    if (kind === 'not-begun')
      return (
        <Notice title={`${month} has not begun`} act={toFactories}>
          {failure.problem.detail}
        </Notice>
      )
    if (kind === 'outside-term' || kind === 'no-racks')
      return (
        <Notice title={`No racks in ${month}`} act={toFactories}>
          {failure.problem.detail}
        </Notice>
      )
    if (failure.problem.status === 404)
      return (
        <Notice title="There is no such hall or rack" act={toFactories}>
          {failure.problem.detail}
        </Notice>
      )
    return undefined
  },
})
