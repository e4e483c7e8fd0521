import type { ObjectShape, Shape } from './json-schema.ts'
import { limits } from './limits.ts'
import { list, object, value, word } from './value-shapes.ts'

type Own = Readonly<{
  kind: string
  description: string
  properties: Readonly<Record<string, Shape>>
  required: readonly string[]
  /** Whether it speaks of blocks: `needed`, `allowed`, or `none` for one that has no such key. Default `needed`. */
  covers?: 'needed' | 'allowed' | 'none'
}>

/** The shape of a clause: what all clauses have, and its own keys. */
export const clauseShape = ({ kind, description, properties, required, covers = 'needed' }: Own): ObjectShape =>
  object(
    {
      id: value('id', 'Name of the clause; every line it settles carries it.'),
      kind: { type: 'string', const: kind, title: `\`${kind}\``, description },
      payer: value('id', 'The party that pays a positive amount.'),
      payee: value('id', 'The party that is paid a positive amount.'),
      ...(covers === 'none'
        ? {}
        : {
            covers: list(value('id', 'A supported block.'), limits.blocks, {
              ...(covers === 'needed' ? { minItems: 1 } : { default: [] }),
              uniqueItems: true,
              title: 'a list of block ids',
              description: 'The blocks it speaks of.',
            }),
          }),
      from: value('date', "First local date. Default: the term's."),
      through: value('date', "Last local date, included. Default: the term's."),
      period: word(['month', 'quarter', 'year'], {
        default: 'month',
        description: 'How often it settles: with the statement of the month in which its calendar period ends.',
      }),
      ...properties,
    },
    ['id', 'kind', 'payer', 'payee', ...(covers === 'needed' ? ['covers'] : []), ...required],
  )
