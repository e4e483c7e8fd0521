import { setTimeout as sleep } from 'node:timers/promises'
import { startOfftake, type Environment } from './offtake.ts'

/** Starts `offtake serve` in a process of its own, and waits until it answers. Port 0 is any. */
export const startServing = async (env: Environment, args: readonly string[] = [], before: readonly string[] = []) => {
  const server = startOfftake([...before, 'serve', ...(args.includes('--port') ? [] : ['--port', '0']), ...args], env)
  for (let i = 0; ; i++) {
    const address = /console at (\S+);/.exec(server.err())?.[1]
    if (address !== undefined) return { ...server, address, pid: server.child.pid! }
    if (i === 1200 || server.child.exitCode !== null) throw new Error(`it does not serve: ${server.err()}`)
    await sleep(50)
  }
}
