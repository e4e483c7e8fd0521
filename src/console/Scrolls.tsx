import type { ReactNode } from 'react'

/** What may be wider than its place: it scrolls sideways, with the keyboard too. */
export const Scrolls = ({ name, children }: Readonly<{ name: string; children: ReactNode }>) => (
  // What scrolls takes the focus, so that arrows move it.
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <div className="scroll-x" role="region" aria-label={name} tabIndex={0}>
    {children}
  </div>
)
