/** Why something cannot be done about a line of a statement. */
export type DisputeRefusal = Readonly<{
  kind:
    | 'not-final'
    | 'overtaken'
    | 'cannot-dispute'
    | 'no-party'
    | 'no-person'
    | 'no-dispute'
    | 'own-work'
    | 'ruled'
    | 'cannot-rule'
    | 'too-many'
  message: string
}>
export type Refused = Readonly<{ kind: 'refused'; refusal: DisputeRefusal }>
export const refused = (kind: DisputeRefusal['kind'], message: string): Refused => ({ kind: 'refused', refusal: { kind, message } })
