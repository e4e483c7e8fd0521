import { Modal } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { Failure } from './fetch.ts'

type Props = Readonly<{
  title: string
  opened: boolean
  onClose: () => void
  onSubmit: () => void
  children: ReactNode
  /** Buttons, the one that does it last. */
  acts: ReactNode
  error: Error | null
}>

/** Something that is decided: what it is about, what is typed, and the buttons that do it or not. Esc closes it, and the focus returns. */
export const Dialogue = ({ title, opened, onClose, onSubmit, children, acts, error }: Props) => {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <Modal.Root opened={opened} onClose={onClose} size={520} centered transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content>
        <div className="help-head">
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>
          <form className="decision" onSubmit={submit}>
            {children}
            {error === null ? null : (
              <p className="refusal" role="alert">
                {error.message}
                {error instanceof Failure && error.problem.requestId !== undefined ? (
                  <>
                    {' '}
                    <code>{error.problem.requestId}</code>
                  </>
                ) : null}
              </p>
            )}
            <p className="decision-acts">{acts}</p>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
