import { lazy, Suspense, type ComponentProps } from 'react'
import type { ComparePanel } from './ComparePanel.tsx'

/** What changed is asked for later than the statement, and read then; where the server does not answer, the page stays. */
const Panel = lazy(() =>
  import('./ComparePanel.tsx').then(
    ({ ComparePanel: component }) => ({ default: component }),
    () => ({
      default: () => <p className="close-note">The comparison could not be read: the server did not answer. Load the page again.</p>,
    }),
  ),
)

export const Compared = (props: ComponentProps<typeof ComparePanel>) => (
  <Suspense fallback={null}>
    <Panel {...props} />
  </Suspense>
)
