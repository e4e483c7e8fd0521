import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { PersonWire } from '../wire/people.ts'
import { announce } from './announce.ts'
import { Confirm } from './Confirm.tsx'
import { postJson } from './fetch.ts'
import { Field } from './Field.tsx'
import { useOnce } from './once.ts'

/** Characters of an address of e-mail, and of all that is said of a person. */
const lengthMax = 320

const present = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value.trim() === '' ? [] : [[key, value.trim()]])))

const Dialogue = ({ onClose }: Readonly<{ onClose: () => void }>) => {
  const client = useQueryClient()
  const once = useOnce()
  const [values, setValues] = useState({ name: '', email: '', issuer: '', subject: '' })
  const set = (field: keyof typeof values) => (value: string) => setValues({ ...values, [field]: value })
  const act = async () => {
    const body = present(values)
    // Somebody else in one dialogue is another act.
    const { name } = await once((key) => postJson<PersonWire>('/api/people', body, `${key} ${JSON.stringify(body)}`))
    await client.invalidateQueries({ queryKey: ['people'] })
    announce(`${name} was added`)
  }
  return (
    <Confirm title="Add a person" verb={values.name.trim() === '' ? 'Add' : `Add ${values.name.trim()}`} act={act} onClose={onClose}>
      <Field label="Name" value={values.name} maxLength={lengthMax} set={set('name')} />
      <Field label="E-mail" type="email" value={values.email} maxLength={lengthMax} set={set('email')} />
      <p className="third">Bound to whoever first signs in with this address, if the identity provider has verified it. Or, more surely:</p>
      <Field label="Issuer" type="url" value={values.issuer} maxLength={lengthMax} set={set('issuer')} />
      <Field label="Subject" value={values.subject} maxLength={lengthMax} set={set('subject')} />
      <p className="second">They may then sign in, and act as nothing until they are given a role.</p>
    </Confirm>
  )
}

/** The button that adds a person, and what it asks. */
export const AddPerson = () => {
  const [opened, setOpened] = useState(false)
  return (
    <>
      <Button onClick={() => setOpened(true)}>Add a person</Button>
      {opened ? <Dialogue onClose={() => setOpened(false)} /> : null}
    </>
  )
}
