import type { GpuSeries } from './telemetry-sink.ts'

/** The metrics of NVIDIA's DCGM exporter that are used; everything else that comes along is dropped. */
export const dcgmMetrics = [
  'DCGM_FI_DEV_GPU_UTIL',
  'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
  'DCGM_FI_PROF_SM_ACTIVE',
  'DCGM_FI_DEV_POWER_USAGE',
  'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
  // The last code, and not how many there were: a gauge that keeps its value until the next error.
  'DCGM_FI_DEV_XID_ERRORS',
] as const
export type DcgmMetric = (typeof dcgmMetrics)[number]

const metrics: ReadonlySet<string> = new Set(dcgmMetrics)
const gpuMax = 255
const nodeMax = 253
const gpuForm = /^(0|[1-9]\d{0,2})$/
// oxlint-disable-next-line no-control-regex -- Control characters are what is looked for.
const printableForm = /^[^\u0000-\u001f\u007f]+$/

/** Labels of a series by name. */
export type Labels = ReadonlyMap<string, string>

/** A series of a GPU; a series that is none of ours, which is no fault; or what is wrong with one that would be. */
export type SeriesFound =
  | Readonly<{ kind: 'gpu'; series: GpuSeries }>
  | Readonly<{ kind: 'other' }>
  | Readonly<{ kind: 'wrong'; problem: string }>

/** `Hostname` became `hostname` in May 2026; a scraper knows the address at least, whose port is no part of the name. */
const nodeOf = (labels: Labels): string | undefined =>
  labels.get('Hostname') || labels.get('hostname') || labels.get('instance')?.replace(/:\d+$/, '') || undefined

/** What a series with these labels is of. */
export const findSeries = (labels: Labels): SeriesFound => {
  const metric = labels.get('__name__')
  if (metric === undefined) return { kind: 'wrong', problem: 'has no label __name__, which names its metric' }
  // A slice of a GPU (MIG) has series of its own beside those of the whole.
  if (!metrics.has(metric) || (labels.get('GPU_I_ID') ?? '') !== '') return { kind: 'other' }
  const [node, gpu] = [nodeOf(labels), labels.get('gpu')]
  if (node === undefined || node.length > nodeMax || !printableForm.test(node))
    return { kind: 'wrong', problem: `${metric} does not say of which node: label Hostname, hostname or instance` }
  if (gpu === undefined || !gpuForm.test(gpu) || Number(gpu) > gpuMax)
    return { kind: 'wrong', problem: `${metric} of ${node} does not say of which GPU: label gpu is a number from 0 to ${gpuMax}` }
  return { kind: 'gpu', series: { node, gpu: Number(gpu), metric: metric as DcgmMetric } }
}

// DCGM says "nothing measured" by the largest numbers of its types, and gives the reason in the last two bits. As a double, all four of 64
// bits are 2^63: 9223372036854775794 is one of them.
const blankInt64 = 2 ** 63 - 512
const [blankInt32, blankFloat] = [0x7f_ff_ff_f0, 2 ** 47]
const isOneOfFour = (value: number, first: number): boolean => value >= first && value < first + 4

/** Whether DCGM says by this value that it measured nothing. A counter of energy may really come past the smaller ones. */
export const isBlank = (metric: DcgmMetric, value: number): boolean =>
  value === blankInt64 ||
  (metric !== 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION' && (isOneOfFour(value, blankInt32) || isOneOfFour(value, blankFloat)))
