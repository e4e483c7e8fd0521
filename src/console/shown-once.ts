import { useState } from 'react'

type Stage<Made> = Readonly<{ kind: 'none' | 'form' }> | Readonly<{ kind: 'made'; made: Made }>

/** A form that is opened, and what was made by it: that is shown until it is closed, and then no more. */
export const useShownOnce = <Made>() => {
  const [stage, setStage] = useState<Stage<Made>>({ kind: 'none' })
  return {
    isForm: stage.kind === 'form',
    made: stage.kind === 'made' ? stage.made : undefined,
    open: () => setStage({ kind: 'form' }),
    onMade: (made: Made) => setStage({ kind: 'made', made }),
    // The form closes itself once it is done: what was made stays.
    onClose: () => setStage((now) => (now.kind === 'made' ? now : { kind: 'none' })),
    forget: () => setStage({ kind: 'none' }),
  }
}
