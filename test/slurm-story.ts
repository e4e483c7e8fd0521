import { setTimeout as sleep } from 'node:timers/promises'
import { parseAgentConfig, type AgentConfig } from '../src/server/fleet/agent-config.ts'
import type { SlurmLab } from './slurm-lab.ts'

/** What stands in the test cluster, as an agent is told it. */
export const agentYaml = (lab: SlurmLab, from: string, more: readonly string[] = []): string => `agent: 1
factory: lab
zone: Asia/Jakarta
source: slurm-lab
from: ${from}
poll: 1
settle: 3
# Short, so that one round is many reads and an agent that is killed is killed at work.
window: 15
blocks:
  - block: lab-1
    pool: lab
    gpusPerNode: 4
    racks: [{ unit: hall-1/r001, nodes: '${lab.cluster}-r001-n[01-18]', tranche: one }]
  - block: lab-2
    pool: lab
    gpusPerNode: 4
    racks: [{ unit: hall-1/r002, nodes: '${lab.cluster}-r002-n[01-18]', tranche: two }]
products:
  - { is: reserved, product: reserved }
  - { is: normal, product: on-demand }
  - { is: spot, product: spot }
tenants:
  - { account: acme-account, tenant: acme }
  - { account: bolt-account, tenant: bolt }
orders:
  - { reservation: c-001, order: o-2 }
scheduler: { kind: slurm, cluster: ${lab.cluster}, conf: ${lab.conf} }
wanted:
  qos:
    - { qos: normal, priority: 10 }
    - { qos: spot, priority: 0, requeue: true }
    - { qos: reserved, priority: 1000, preempts: [spot, normal] }
  accounts:
    - { account: acme-account, gpus: 144, qos: [normal, reserved, spot] }
    - { account: bolt-account, qos: [normal, reserved, spot] }
${more.join('\n')}
`

export const configOf = (text: string): AgentConfig => {
  const parsed = parseAgentConfig(text)
  if ('problems' in parsed) throw new Error(parsed.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return parsed.config
}

type Job = Readonly<{ account: string; qos: string; nodes: number; seconds: number; more?: readonly string[]; gpus?: number }>

/** Submits a job that sleeps; its number. */
export const submit = async (lab: SlurmLab, { account, qos, nodes, seconds, gpus = 4, more = [] }: Job): Promise<string> => {
  const what = [
    '-A',
    account,
    '-q',
    qos,
    '-N',
    `${nodes}`,
    `--gres=gpu:gb300:${gpus}`,
    '-o',
    '/dev/null',
    '-D',
    '/tmp',
    '-t',
    '30',
    ...more,
  ]
  const out = await lab.run('sbatch', '--parsable', ...what, '--wrap', `sleep ${seconds}`)
  return out.trim()
}

export const stateOf = async (lab: SlurmLab, job: string): Promise<string> =>
  (await lab.run('squeue', '-h', '-j', job, '-o', '%T')).trim().split('\n')[0] ?? ''

/** Waits until something holds of the cluster; a bound keeps a test that waits for nothing from waiting for ever. */
export const eventually = async (what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> => {
  for (let i = 0; i < seconds * 5; i++) {
    if (await holds()) return
    await sleep(200)
  }
  throw new Error(`not within ${seconds} s: ${what}`)
}

const isIn = (lab: SlurmLab, job: string, ...states: string[]) =>
  eventually(`job ${job} is ${states.join(' or ')}`, async () => states.includes(await stateOf(lab, job)))

/** Second of the clock of this machine, on which the cluster runs. */
export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/**
 * What happens in the test cluster, all of it over when this ends: jobs of two tenants, one preempted and requeued, one suspended, one killed, one
 * that has uneven GPUs; a node that is drained, one for maintenance, and an advance reservation that grows, is used, and is ended early.
 */
export const playStory = async (lab: SlurmLab): Promise<Readonly<{ requeued: string }>> => {
  const node = (rack: number, number: string) => `${lab.cluster}-r00${rack}-n${number}`
  const reserve = (name: string, ...what: string[]) =>
    lab.run('scontrol', 'create', 'reservation', `reservationname=${name}`, 'starttime=now', 'flags=IGNORE_JOBS', ...what)
  await reserve('c-001', 'duration=60', `nodes=${node(1, '[01-04]')}`, 'accounts=acme-account')
  await lab.run('scontrol', 'update', `nodename=${node(2, '18')}`, 'state=drain', 'reason=XID 79: GPU fell off the bus | rack 2')
  const spot = await submit(lab, { account: 'bolt-account', qos: 'spot', nodes: 20, seconds: 300 })
  const inside = await submit(lab, { account: 'acme-account', qos: 'reserved', nodes: 2, seconds: 12, more: ['--reservation=c-001'] })
  await isIn(lab, spot, 'RUNNING')
  await isIn(lab, inside, 'RUNNING')
  // Slurm puts the start down in rounds of five seconds: a run that is preempted before has lost it.
  await sleep(7_000)
  const killed = await submit(lab, { account: 'bolt-account', qos: 'normal', nodes: 1, seconds: 300, gpus: 3 })
  // Eleven nodes are free: this one takes those of the job that can be interrupted, which is requeued.
  const firm = await submit(lab, {
    account: 'acme-account',
    qos: 'reserved',
    nodes: 16,
    seconds: 12,
    more: ['--comment=contract:c-1;order:o-1'],
  })
  await isIn(lab, firm, 'RUNNING')
  await isIn(lab, spot, 'PENDING')
  await lab.run('scontrol', 'update', `reservationname=c-001`, `nodes=${node(1, '[01-05]')}`)
  await isIn(lab, killed, 'RUNNING')
  await lab.run('scontrol', 'suspend', killed)
  const uneven = await submit(lab, { account: 'bolt-account', qos: 'normal', nodes: 2, seconds: 4, more: ['--gres=none', '--gpus=5'] })
  await isIn(lab, uneven, 'RUNNING')
  await lab.run(
    'scontrol',
    'create',
    'reservation',
    'reservationname=work-1',
    'starttime=now',
    'duration=60',
    `nodes=${node(2, '17')}`,
    'users=root',
    'flags=MAINT,IGNORE_JOBS',
  )
  await sleep(2_000)
  await lab.run('scontrol', 'resume', killed)
  await lab.run('scancel', killed)
  await lab.run('scontrol', 'update', `nodename=${node(2, '18')}`, 'state=drain', 'reason=XID 79: sent for repair')
  await eventually(
    'the firm jobs are over',
    async () => (await stateOf(lab, firm)) + (await stateOf(lab, uneven)) + (await stateOf(lab, inside)) === '',
  )
  // A requeued job is held back for two minutes: this one may start again now.
  await lab.run('scontrol', 'update', `jobid=${spot}`, 'starttime=now')
  await isIn(lab, spot, 'RUNNING')
  await sleep(2_000)
  await lab.run('scancel', spot)
  await lab.run('scontrol', 'update', `nodename=${node(2, '18')}`, 'state=resume')
  await lab.run('scontrol', 'delete', 'reservationname=c-001')
  await lab.run('scontrol', 'delete', 'reservationname=work-1')
  await eventually('nothing runs', async () => (await lab.run('squeue', '-h')).trim() === '')
  return { requeued: spot }
}
