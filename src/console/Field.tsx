import { useId, type ComponentProps } from 'react'

type Props = Readonly<{ label: string; set: (value: string) => void } & ComponentProps<'input'>>

/** A line that is typed, with its name before it. */
export const Field = ({ label, set, ...input }: Props) => {
  const id = useId()
  return (
    <p className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} {...input} onChange={({ target }) => set(target.value)} />
    </p>
  )
}
