import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { portfolioSchema } from '../src/core/credit/portfolio-shape.ts'
import { readingSchema } from '../src/core/meter/reading-schema.ts'
import { clauseKinds } from '../src/core/settlement/kinds.ts'
import { agreementSchemaOf } from '../src/core/terms/shape.ts'
import { agentSchema } from '../src/server/fleet/agent-shape.ts'
import { storySchema } from '../src/server/history/story-shape.ts'

// The published schemas are the objects that documents and readings are checked with; a test holds them to each other.
const docs = join(import.meta.dirname, '../docs')
writeFileSync(join(docs, 'agreement.schema.json'), JSON.stringify(agreementSchemaOf(clauseKinds)))
writeFileSync(join(docs, 'reading.schema.json'), JSON.stringify(readingSchema))
writeFileSync(join(docs, 'portfolio.schema.json'), JSON.stringify(portfolioSchema))
writeFileSync(join(docs, 'story.schema.json'), JSON.stringify(storySchema))
writeFileSync(join(docs, 'agent.schema.json'), JSON.stringify(agentSchema))
