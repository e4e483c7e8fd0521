// A server as `offtake serve` is one, in a process of its own, whose samples go into a file: serve-samples.ts URL PORT FILE
import { serve } from '../src/server/serve.ts'
import { openDatabase } from '../src/server/store/database.ts'
import { makeFileSink } from './file-sink.ts'

const [url, port, path] = process.argv.slice(2) as [string, string, string]
const door = await serve(openDatabase(url, 4), {
  port: Number(port),
  now: () => Math.floor(Date.now() / 1000),
  telemetry: makeFileSink(path),
})
if ('taken' in door) throw new Error(door.taken)
process.stdout.write(`${door.address}\n`)
