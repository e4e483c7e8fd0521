import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byNode, emptyEvents, pushEvent } from './events.ts'

test('CL12 an interval that was cut down to nothing is no event: its end would come before its start', () => {
  const log = emptyEvents()
  for (const node of [1, 0, 1]) pushEvent(log, { node, from: 10, to: 20, gpus: 4, what: 'unavailable', reading: 0 })
  log.tos[0] = log.froms[0]!
  const { starts, order } = byNode(log, 2)
  assert.deepEqual([...starts], [0, 1, 2])
  assert.deepEqual([...order], [1, 2])
})
