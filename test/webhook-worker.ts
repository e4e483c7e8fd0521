import { startWorkers } from '../src/server/jobs/workers.ts'
import { openDatabase } from '../src/server/store/database.ts'

// Delivers messages of the database that it is told of until it is killed, by the world's clock, to this machine.
const store = openDatabase(process.argv[2]!, 4)
await startWorkers(store, (text) => void process.stderr.write(`${text}\n`), {
  egress: { allowed: ['127.0.0.0/8'], resolve: async () => [] },
  nowMs: () => Date.now(),
  chance: () => 0,
})
process.stdout.write('working\n')
