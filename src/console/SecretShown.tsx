import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { announce } from './announce.ts'

type Props = Readonly<{
  title: string
  /** What it is called once it was copied: `Secret`, `Key`. */
  what: string
  /** Null where it was shown before. */
  secret: string | null
  /** What is to be done with it. */
  use: ReactNode
  /** How long it holds, and for what. */
  children: ReactNode
  onClose: () => void
}>

/** A secret, this once. */
export const SecretShown = ({ title, what, secret, use, children, onClose }: Props) => (
  <Modal.Root opened onClose={onClose} size={620} centered closeOnClickOutside={false}>
    <Modal.Overlay />
    <Modal.Content>
      <div className="help-head">
        <Modal.Title>{title}</Modal.Title>
      </div>
      <Modal.Body className="confirm">
        <p>
          <b>Copy it now: it is shown this once</b>, {use}
        </p>
        <p className="token">
          <code>{secret ?? 'It was shown before, and cannot be shown again.'}</code>
          {secret === null ? null : (
            <Button size="xs" onClick={() => void navigator.clipboard.writeText(secret).then(() => announce(`${what} copied`))}>
              Copy
            </Button>
          )}
        </p>
        <p className="second">{children}</p>
        <p className="acts">
          <Button className="main-button" variant="filled" onClick={onClose}>
            I have it
          </Button>
        </p>
      </Modal.Body>
    </Modal.Content>
  </Modal.Root>
)
