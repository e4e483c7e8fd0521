import type { makeFactories } from '../app/factories.ts'

/** What the door needs to know of factories: reads only. */
export type FactorySource = ReturnType<ReturnType<typeof makeFactories>>
