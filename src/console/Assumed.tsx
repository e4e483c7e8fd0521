import { Tooltip } from '@mantine/core'

/** The raised `a` of what was not disclosed; the assumption shows on hover and focus. */
export const Assumed = ({ note }: Readonly<{ note: string | null }>) =>
  note === null ? null : (
    <Tooltip label={note}>
      <button type="button" className="assumed" aria-label={`Assumption: ${note}`}>
        a
      </button>
    </Tooltip>
  )
