import { useRouter } from '@tanstack/react-router'
import type { MouseEvent, ReactNode } from 'react'

type Props = Readonly<{ address: string; className?: string; children: ReactNode }>

const isPlain = (event: MouseEvent): boolean => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey

/** A link to an address of this console that is known as text, query and all. */
export const To = ({ address, className = 'link', children }: Props) => {
  const router = useRouter()
  const go = (event: MouseEvent) => {
    if (!isPlain(event)) return
    event.preventDefault()
    router.history.push(address)
  }
  return (
    <a href={address} className={className} onClick={go}>
      {children}
    </a>
  )
}
