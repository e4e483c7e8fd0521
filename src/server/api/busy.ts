import { Refusal } from './problems.ts'

/** A refusal to come again later, and when: `Retry-After`. */
export class Busy extends Refusal {
  readonly retryAfterSeconds: number
  constructor(status: number, retryAfterSeconds: number, detail: string) {
    super({ kind: 'busy', status, title: 'Too much at once', detail })
    this.retryAfterSeconds = retryAfterSeconds
  }
}
