import { countHosts, expandHosts } from '../../core/capacity/hostlist.ts'
import { formatInstant, type Instant } from '../../core/base/time.ts'
import { accountName, schedulerName } from './agent-shape.ts'
import type { AccountWanted, QosWanted, ReservationWanted, SchedulerDesk, Written } from './scheduler.ts'
import type { SlurmCommand } from './slurm-commands.ts'

const nameForm = new RegExp(schedulerName)
const accountForm = new RegExp(accountName)

/** A name as an argument. Slurm reads lists, signs and quotes within one argument, so nothing but a plain name may get there. */
const plain = (name: string): string => {
  if (!nameForm.test(name)) throw new RangeError(`${JSON.stringify(name)} is no name of Slurm: at most 63 letters, digits, -, _ and .`)
  return name
}
const plainAccount = (name: string): string => {
  if (!accountForm.test(name))
    throw new RangeError(`${JSON.stringify(name)} is no account or QOS: at most 63 small letters, digits, -, _ and .`)
  return name
}
const plainNodes = (nodes: string): string => {
  if (countHosts(nodes) === undefined) throw new RangeError(`${JSON.stringify(nodes.slice(0, 80))} is no hostlist`)
  return nodes
}
const whole = (number: number | undefined): string => {
  if (number === undefined) return '-1' // What Slurm takes for: no limit.
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${number} is no limit: a whole number, 0 or more`)
  return `${number}`
}
const listed = (names: readonly string[]): string => names.map(plainAccount).toSorted().join(',')
const sorted = (list: string): string => list.split(',').filter(Boolean).toSorted().join(',')

/** Of one row that `-n -P` prints, its cells; undefined where there is none. */
const firstRow = (text: string): string[] | undefined => (text.trim() === '' ? undefined : text.split('\n')[0]!.split('|'))

/** The limit on GPUs in a list such as `cpu=4,gres/gpu=8`. */
const gpusIn = (limits: string): string => /(?:^|,)gres\/gpu=(\d+)/.exec(limits)?.[1] ?? '-1'

const putQos =
  (run: SlurmCommand) =>
  async ({ qos, priority, preempts, requeue }: QosWanted): Promise<Written> => {
    const name = plainAccount(qos)
    const where = ['where', `name=${name}`]
    const row = firstRow(await run('sacctmgr', '-n', '-P', 'show', 'qos', ...where, 'format=Name,Priority,Preempt%1000,PreemptMode'))
    const [, had = '0', preempted = '', mode = 'cluster'] = row ?? []
    const wanted = { priority: whole(priority), mode: requeue ? 'requeue' : 'cluster' }
    // Only what differs: a list of preempted QOS that is set to nothing counts as a loop for whoever preempts that QOS, until slurmdbd starts again.
    const changes = [
      ...(had === wanted.priority ? [] : [`Priority=${wanted.priority}`]),
      ...(mode.toLowerCase() === wanted.mode ? [] : [`PreemptMode=${wanted.mode}`]),
      ...(sorted(preempted) === listed(preempts) ? [] : [`Preempt=${listed(preempts)}`]),
    ]
    if (row === undefined) await run('sacctmgr', '-i', 'add', 'qos', name)
    for (const change of changes) await run('sacctmgr', '-i', 'modify', 'qos', ...where, 'set', change)
    if (row === undefined) return 'made'
    return changes.length === 0 ? 'unchanged' : 'changed'
  }

const putAccount =
  (run: SlurmCommand, cluster: string) =>
  async ({ account, gpus, gpuMinutes, qos }: AccountWanted): Promise<Written> => {
    const name = plainAccount(account)
    const where = [`account=${name}`, `cluster=${cluster}`]
    const format = 'format=User,GrpTRES%1000,GrpTRESMins%1000,QOS%10000'
    // The account's own row is the one without a user.
    const rows = (await run('sacctmgr', '-n', '-P', 'show', 'assoc', 'where', ...where, format)).split('\n')
    const found = rows.map((row) => row.split('|')).find((cells) => cells.length === 4 && cells[0] === '')
    const wanted = [whole(gpus), whole(gpuMinutes), listed(qos)]
    if (found !== undefined && [gpusIn(found[1]!), gpusIn(found[2]!), sorted(found[3]!)].every((each, i) => each === wanted[i]))
      return 'unchanged'
    if (found === undefined) await run('sacctmgr', '-i', 'add', 'account', name, `cluster=${cluster}`)
    const set = [`GrpTRES=gres/gpu=${wanted[0]}`, `GrpTRESMins=gres/gpu=${wanted[1]}`, `QOS=${wanted[2]}`]
    await run('sacctmgr', '-i', 'modify', 'account', 'where', `name=${name}`, `cluster=${cluster}`, 'set', ...set)
    return found === undefined ? 'made' : 'changed'
  }

/** As scontrol reads a time, which it takes to be local: commands run in UTC. */
const timeText = (at: Instant): string => formatInstant(at).replace('Z', '')

type Found = Readonly<{ from: string; to: string; nodes: string; accounts: string; flags: string }>
const fieldOf = (line: string, name: string): string => new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? ''

/** One reservation as the controller has it now; undefined where it has none of this name. */
const findReservation = async (run: SlurmCommand, name: string): Promise<Found | undefined> => {
  const all = await run('scontrol', '-o', 'show', 'reservation')
  const line = all.split('\n').find((each) => fieldOf(each, 'ReservationName') === name)
  if (line === undefined) return undefined
  const nodes = fieldOf(line, 'Nodes')
  return {
    from: fieldOf(line, 'StartTime'),
    to: fieldOf(line, 'EndTime'),
    nodes: countHosts(nodes) === undefined ? nodes : expandHosts(nodes).toSorted().join(','),
    accounts: sorted(fieldOf(line, 'Accounts')),
    flags: fieldOf(line, 'Flags'),
  }
}

const putReservation =
  (run: SlurmCommand) =>
  async ({ name, from, to, nodes, accounts, maintenance }: ReservationWanted): Promise<Written> => {
    if (from >= to) throw new RangeError(`reservation ${name} ends before it begins`)
    const found = await findReservation(run, plain(name))
    const wanted = {
      from: timeText(from),
      to: timeText(to),
      nodes: expandHosts(plainNodes(nodes)).toSorted().join(','),
      accounts: listed(accounts),
    }
    const isSame = found !== undefined && (['from', 'to', 'nodes', 'accounts'] as const).every((key) => found[key] === wanted[key])
    if (isSame && found.flags.split(',').includes('MAINT') === maintenance) return 'unchanged'
    const what = [`reservationname=${name}`, `endtime=${wanted.to}`, `nodes=${nodes}`, `accounts=${wanted.accounts}`]
    // What has begun cannot be made to begin at another time.
    const begins = found?.from === wanted.from ? [] : [`starttime=${wanted.from}`]
    const flags = `flags=${maintenance ? 'MAINT,' : ''}IGNORE_JOBS`
    await run(
      'scontrol',
      found === undefined ? 'create' : 'update',
      ...(found === undefined ? ['reservation'] : []),
      ...what,
      ...begins,
      flags,
    )
    return found === undefined ? 'made' : 'changed'
  }

/** Writes to a Slurm cluster by its commands: accounts and QOS by `sacctmgr`, reservations by `scontrol`, for which 22.05 has no REST. */
export const makeSlurmDesk = (cluster: string, run: SlurmCommand): SchedulerDesk => ({
  putQos: putQos(run),
  putAccount: putAccount(run, plain(cluster)),
  putReservation: putReservation(run),
  removeReservation: async (name) => {
    if ((await findReservation(run, plain(name))) === undefined) return false
    await run('scontrol', 'delete', `reservationname=${name}`)
    return true
  },
})
