import { hostlistMax } from '../../core/capacity/hostlist.ts'
import { gpusMax } from '../../core/base/steps.ts'
import type { IntegerShape, ObjectShape, Schema, Shape, StringShape } from '../../core/terms/json-schema.ts'
import { list, object, value, valueShapes, word } from '../../core/terms/value-shapes.ts'

/** Items of one list of an agent's configuration. */
const itemsMax = 100_000

const items = (shape: ObjectShape, title: string, description: string): Shape => list(shape, itemsMax, { title, description })
const textOf = (title: string, pattern: string, description: string, maxLength = 500): StringShape => ({
  type: 'string',
  title,
  pattern,
  maxLength,
  description,
})
const seconds = (description: string, usual: number, maximum: number): IntegerShape => ({
  type: 'integer',
  title: `a whole number of seconds from 1 to ${maximum}`,
  minimum: 1,
  maximum,
  default: usual,
  description,
})

/** A name of the scheduler's. */
export const schedulerName = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'
const named = (description: string): StringShape =>
  textOf('a name of the scheduler: at most 63 letters, digits, `-`, `_` and `.`', schedulerName, description)
/** Accounts and QOS: Slurm keeps them in small letters. */
export const accountName = '^[a-z0-9][a-z0-9._-]{0,62}$'
const small = (description: string): StringShape =>
  textOf('a name of at most 63 small letters, digits, `-`, `_` and `.`', accountName, description)
const outside = (description: string): StringShape =>
  textOf('a name of at most 63 letters, digits, `-`, `_`, `.` and `:`', '^[A-Za-z0-9][A-Za-z0-9._:-]{0,62}$', description)
const nodes: StringShape = textOf('nodes as a hostlist such as fa-r001-n[01-18]', '^[A-Za-z0-9]', 'Its nodes.', hostlistMax)
const unit: StringShape = textOf(
  'a name of at most 200 printable characters',
  '^[^\\u0000-\\u001f\\u007f]+$',
  'Its name, such as hall-1/r001.',
  200,
)
const path = (description: string): StringShape => textOf('a path', '^.', description, 4096)
const url = (description: string): StringShape => textOf('an address such as http://127.0.0.1:6820', '^https?://[^\\s]+$', description)
const instant = (description: string): StringShape => textOf('an instant such as 2026-11-01T00:00:00Z', '^[0-9]{4}-', description, 40)
const count = (title: string, minimum: number, maximum: number, description: string): IntegerShape => ({
  type: 'integer',
  title,
  minimum,
  maximum,
  description,
})

const rack = object({ unit, nodes, tranche: value('id', 'Which acceptance covers it.') }, ['unit', 'nodes'])
const block = object(
  {
    block: value('id', 'The block, as agreements name it.'),
    pool: value('id', 'Its pool.'),
    gpusPerNode: count('a whole number of GPUs from 1 to 64', 1, 64, 'GPUs of each of its nodes.'),
    racks: items(rack, 'a list of racks, each with `unit` and `nodes`', 'Where it stands.'),
  },
  ['block', 'pool', 'gpusPerNode', 'racks'],
)
const product = object(
  {
    is: named('A QOS of Slurm, or a priority class of Kueue.'),
    product: word(['reserved', 'on-demand', 'spot'], { description: 'What it is sold as.' }),
  },
  ['is', 'product'],
)
const tenant = object({ account: named('An account of Slurm, or a queue of Kueue.'), tenant: outside('Whose it is.') }, [
  'account',
  'tenant',
])
const order = object(
  {
    reservation: named('A reservation.'),
    order: outside('The order it was made for.'),
    tenant: outside('Who buys. Default: by its account.'),
  },
  ['reservation', 'order'],
)

const slurm = object(
  {
    kind: { type: 'string', const: 'slurm', title: '`slurm`' },
    cluster: named('The cluster, as slurmdbd names it.'),
    read: word(['rest', 'commands'], { default: 'commands', description: 'Whether runs are read over REST, or by sacct.' }),
    commands: { ...path('The folder of its commands.'), default: '/usr/bin' },
    conf: path('slurm.conf, for the commands. Default: where they look themselves.'),
    url: url('slurmrestd. Needed to read over REST.'),
    user: named('Who asks over REST.'),
    tokenFile: path('A file with the token (JWT) of that user, read again for each request.'),
  },
  ['kind', 'cluster'],
)
const kueue = object(
  {
    kind: { type: 'string', const: 'kueue', title: '`kueue`' },
    cluster: named('A name for the cluster.'),
    url: url('The Kubernetes API.'),
    tokenFile: path('A file with a bearer token, read again for each request. Default: none is sent.'),
    resource: {
      ...textOf('a resource such as nvidia.com/gpu', '^[a-z0-9./-]+$', 'What a GPU is called in requests.'),
      default: 'nvidia.com/gpu',
    },
    pools: items(
      object({ flavor: named('A resource flavor.'), pool: value('id', 'The pool of its GPUs.') }, ['flavor', 'pool']),
      'a list of flavors',
      'Which pool a flavor is, for what is not told by node.',
    ),
    journal: path('A file in which it is kept what was seen: Kubernetes keeps the latest only.'),
  },
  ['kind', 'cluster', 'url', 'journal'],
)

const gpus = count('a whole number of GPUs', 0, gpusMax, 'GPUs at once; 0 stops the account. Default: no limit.')
const qosWanted = object(
  {
    qos: small('Its name.'),
    priority: count('a whole number from 0 to 1000000', 0, 1_000_000, 'Its priority.'),
    preempts: list(small('A QOS.'), 100, { title: 'a list of names', description: 'Whose jobs make way for its own.' }),
    requeue: { type: 'boolean', title: '`true` or `false`', description: 'Whether its jobs are requeued when they make way.' },
  },
  ['qos', 'priority'],
)
const accountWanted = object(
  {
    account: small('Its name.'),
    gpus,
    gpuMinutes: count('a whole number of GPU-minutes', 0, 2 ** 50, 'GPU-minutes in all, as paid for in advance. Default: no limit.'),
    qos: list(small('A QOS.'), 100, { title: 'a list of names', description: 'What it may use.' }),
  },
  ['account', 'qos'],
)
const reservationWanted = object(
  {
    name: named('Its name.'),
    from: instant('When it begins.'),
    to: instant('When it ends.'),
    nodes,
    accounts: list(small('An account.'), 100, { minItems: 1, title: 'a list of accounts', description: 'For whom.' }),
    maintenance: { type: 'boolean', title: '`true` or `false`', description: 'Whether it is for maintenance.' },
  },
  ['name', 'from', 'to', 'nodes', 'accounts'],
)
const wanted = object(
  {
    qos: items(qosWanted, 'a list of QOS', 'In the order in which they are made.'),
    accounts: items(accountWanted, 'a list of accounts', 'Accounts and their limits.'),
    reservations: items(reservationWanted, 'a list of reservations', 'Advance reservations.'),
  },
  [],
)

/** The published schema of an agent's configuration, and what `parseAgentConfig` checks. */
export const agentSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Offtake agent',
  description: 'How the scheduler of one factory becomes readings.',
  ...object(
    {
      agent: { type: 'integer', const: 1, title: '1', description: 'Version of this format.' },
      factory: value('id', 'The factory.'),
      zone: textOf('an IANA time zone such as Asia/Jakarta', '^[A-Za-z]', 'Whose midnights cut what goes on for days.', 64),
      source: value('id', 'Who says it: the source of every reading.'),
      from: instant('Nothing before it is told. A local time is of `zone`.'),
      poll: seconds('How often the scheduler is asked.', 60, 86_400),
      settle: seconds('How long a record may take from the scheduler into its database.', 30, 3_600),
      unknownAfter: seconds('How long the end of a run may be unknown before that is told as a gap.', 3_600, 2_592_000),
      window: seconds('The longest stretch of time that is read at once.', 3_600, 86_400),
      state: path('A file for how far it has come. Losing it costs time only. Default: beside the configuration.'),
      blocks: items(block, 'a list of blocks', 'What stands where.'),
      products: items(product, 'a list of products', 'What is sold as what.'),
      tenants: items(tenant, 'a list of tenants', 'Whose account is whose. Default: the account is the tenant.'),
      orders: items(order, 'a list of orders', 'Which reservation is which order. Default: the order has its name.'),
      scheduler: { title: 'a scheduler of kind `slurm` or `kueue`', oneOf: [slurm, kueue] },
      wanted: { ...wanted, description: 'What `--apply` writes to the scheduler.' },
    },
    ['agent', 'factory', 'zone', 'source', 'from', 'blocks', 'scheduler'],
  ),
  $defs: { ...valueShapes },
}
