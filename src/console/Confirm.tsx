import { Button, Modal } from '@mantine/core'
import { useState, type ReactNode } from 'react'

export type ConfirmProps = Readonly<{
  title: string
  /** What will be so once it is done. */
  children: ReactNode
  /** Names the effect: `Take back guarantor for NVIDIA`. */
  verb: string
  act: () => Promise<unknown>
  onClose: () => void
}>

/** Asks before something is done, and says what will come of it. */
export const Confirm = ({ title, children, verb, act, onClose }: ConfirmProps) => {
  const [state, setState] = useState<Readonly<{ busy: boolean; problem?: string }>>({ busy: false })
  const run = (): void => {
    setState({ busy: true })
    act().then(onClose, (error: Error) => setState({ busy: false, problem: error.message }))
  }
  return (
    <Modal.Root opened onClose={onClose} size={520} centered>
      <Modal.Overlay />
      <Modal.Content>
        <div className="help-head">
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body className="confirm">
          {children}
          {state.problem === undefined ? null : (
            <p className="confirm-problem" role="alert">
              Nothing was changed. {state.problem}
            </p>
          )}
          <p className="acts">
            <Button onClick={onClose} disabled={state.busy}>
              Leave it
            </Button>
            <Button className="main-button" variant="filled" onClick={run} disabled={state.busy}>
              {state.busy ? 'Doing it …' : verb}
            </Button>
          </p>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
