import { z } from 'zod'
import { parseInstant, type Instant } from '../../core/base/time.ts'
import { compressHosts } from '../../core/capacity/hostlist.ts'
import { Unreachable, type NodeGpus } from './scheduler.ts'

const whole = z.number().int()
const condition = z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string() })
const metadata = z.object({
  name: z.string(),
  uid: z.string(),
  creationTimestamp: z.string(),
  annotations: z.record(z.string(), z.string()).optional(),
  managedFields: z.array(z.object({ time: z.string().optional(), subresource: z.string().optional() })).optional(),
})
const quantity = z.union([z.string(), z.number()])
const level = z.object({
  universal: z.string().optional(),
  individual: z.object({ prefix: z.string().optional(), suffix: z.string().optional(), roots: z.array(z.string()) }).optional(),
})
const slice = z.object({
  domainCount: whole,
  valuesPerLevel: z.array(level),
  podCounts: z.object({ universal: whole.optional(), individual: z.array(whole).optional() }),
})
const topology = z.object({
  levels: z.array(z.string()),
  slices: z.array(slice).optional(),
  domains: z.array(z.object({ values: z.array(z.string()), count: whole })).optional(),
})
const assignment = z.object({
  flavors: z.record(z.string(), z.string()).optional(),
  resourceUsage: z.record(z.string(), quantity).optional(),
  topologyAssignment: topology.optional(),
})
export const workloads = z.array(
  z.object({
    metadata,
    spec: z.object({ priorityClassRef: z.object({ name: z.string() }).optional() }),
    status: z
      .object({
        conditions: z.array(condition).optional(),
        admission: z.object({ clusterQueue: z.string(), podSetAssignments: z.array(assignment).optional() }).nullish(),
        accumulatedPastExecutionTimeSeconds: whole.optional(),
      })
      .optional(),
  }),
)
export type Workload = z.infer<typeof workloads>[number]
export const nodes = z.array(
  z.object({
    metadata,
    spec: z.object({ unschedulable: z.boolean().optional() }),
    status: z.object({ capacity: z.record(z.string(), quantity).optional(), conditions: z.array(condition).optional() }),
  }),
)
export type KubernetesNode = z.infer<typeof nodes>[number]
export const clusterQueues = z.array(
  z.object({
    metadata,
    spec: z.object({
      resourceGroups: z
        .array(
          z.object({
            flavors: z.array(z.object({ name: z.string(), resources: z.array(z.object({ name: z.string(), nominalQuota: quantity })) })),
          }),
        )
        .optional(),
    }),
  }),
)
export type ClusterQueue = z.infer<typeof clusterQueues>[number]

/** An instant as the API writes it. */
export const instantIn = (text: string): Instant => {
  const at = parseInstant(text, 'UTC')
  if (typeof at === 'string') throw new Unreachable(`${text} is no time of the Kubernetes API`)
  return at
}

/** A whole count of devices, which is how they are asked for: never a part of one. */
export const countIn = (text: string | number | undefined): number => {
  if (text === undefined) return 0
  const scale = { '': 1, k: 1000 }[/^\d+(k?)$/.exec(`${text}`)?.[1] ?? 'none']
  if (scale === undefined) throw new Unreachable(`${text} is no whole number of GPUs`)
  return Number.parseInt(`${text}`, 10) * scale
}

const hostname = 'kubernetes.io/hostname'
type Pods = Readonly<{ node: string; pods: number }>

/** Nodes and pods of a topology assignment, in either of the forms that v1beta2 has had; undefined where its lowest level is not a node. */
const podsOf = ({ levels, slices = [], domains = [] }: z.infer<typeof topology>): Pods[] | undefined => {
  if (levels.at(-1) !== hostname) return undefined
  const listed = domains.map(({ values, count }): Pods => ({ node: values.at(-1)!, pods: count }))
  const sliced = slices.flatMap(({ domainCount, valuesPerLevel, podCounts }) => {
    const { universal, individual } = valuesPerLevel.at(-1)!
    return Array.from({ length: domainCount }, (_, i): Pods => ({
      node: universal ?? `${individual?.prefix ?? ''}${individual?.roots[i] ?? ''}${individual?.suffix ?? ''}`,
      pods: podCounts.universal ?? podCounts.individual?.[i] ?? 0,
    }))
  })
  return [...listed, ...sliced]
}

/** What a workload was given. */
export type Given = Readonly<{ gpus: number; nodes: string; flavors: readonly string[]; queue: string }>

/** GPUs of an admission, of all pod sets together; their nodes where all are known; `''` where they are not. */
export const givenTo = ({ status }: Workload, resource: string): Given | undefined => {
  const admission = status?.admission
  if (admission === undefined || admission === null) return undefined
  const sets = (admission.podSetAssignments ?? []).filter(({ resourceUsage }) => countIn(resourceUsage?.[resource]) > 0)
  const places = sets.map(({ topologyAssignment }) => (topologyAssignment === undefined ? undefined : podsOf(topologyAssignment)))
  const known = places.every((place) => place !== undefined) ? places.flat().map(({ node }) => node) : []
  return {
    gpus: sets.reduce((sum, { resourceUsage }) => sum + countIn(resourceUsage?.[resource]), 0),
    nodes: compressHosts(known),
    flavors: [...new Set(sets.flatMap(({ flavors }) => flavors?.[resource] ?? []))],
    queue: admission.clusterQueue,
  }
}

/** When a condition became what it is; undefined while it is not `status`. */
export const since = (conditions: readonly z.infer<typeof condition>[] | undefined, type: string, status = 'True'): Instant | undefined => {
  const found = conditions?.find((each) => each.type === type && each.status === status)
  return found === undefined ? undefined : instantIn(found.lastTransitionTime)
}

/** When what somebody wrote of an object was last written: its status is not that. */
export const specSince = ({ creationTimestamp, managedFields = [] }: z.infer<typeof metadata>): Instant =>
  Math.max(
    instantIn(creationTimestamp),
    ...managedFields.flatMap(({ time, subresource }) => (time === undefined || subresource !== undefined ? [] : [instantIn(time)])),
  )

export const nodeGpusOf = ({ metadata: { name }, status }: KubernetesNode, resource: string): NodeGpus => ({
  node: name,
  gpus: countIn(status.capacity?.[resource]),
})
