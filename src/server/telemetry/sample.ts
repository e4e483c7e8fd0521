/** What one metric of one GPU says over time. */
export type Series = Readonly<{ node: string; gpu: number; metric: string }>

/** Samples of one request, side by side rather than as objects: there are tens of thousands a second. */
export type SampleBatch = Readonly<{
  factory: string
  series: readonly Series[]
  /** For each sample, which of `series` it is of. */
  of: Uint32Array
  /** Milliseconds since 1970-01-01T00:00:00Z, as they were measured. */
  timestampMs: Float64Array
  value: Float64Array
}>

/**
 * The DCGM fields that are kept, with the number each has in the store and the largest that is a value of it. A ratio may come a little above
 * 1, and a utilisation is percent.
 */
export const metrics = {
  DCGM_FI_DEV_GPU_UTIL: { code: 1, max: 100 },
  DCGM_FI_PROF_GR_ENGINE_ACTIVE: { code: 2, max: 1.05 },
  DCGM_FI_PROF_SM_ACTIVE: { code: 3, max: 1.05 },
  DCGM_FI_DEV_POWER_USAGE: { code: 4, max: 20_000 },
  // Millijoules since the driver was loaded. Above 2^53 a double no longer tells two neighbours apart.
  DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION: { code: 5, max: Number.MAX_SAFE_INTEGER },
  DCGM_FI_DEV_XID_ERRORS: { code: 6, max: 65_535 },
} as const satisfies Readonly<Record<string, Readonly<{ code: number; max: number }>>>
export type Metric = keyof typeof metrics

/** Whether a name is that of a metric that is kept: what else an exporter sends is no business of the store. */
export const isMetric = (name: string): name is Metric => Object.hasOwn(metrics, name)

export const nameBytesMax = 253
export const gpuMax = 255
// oxlint-disable-next-line no-control-regex -- Control characters are what is looked for.
const nameForm = /^[^\u0000-\u001f\u007f]+$/
/** Whether a text can name a factory or a node. */
export const isName = (text: string): boolean => nameForm.test(text) && Buffer.byteLength(text) <= nameBytesMax

export type Reason = 'bad-name' | 'bad-gpu' | 'unknown-metric' | 'bad-time' | 'too-old' | 'in-the-future' | 'blank' | 'out-of-range'

/** What each reason means, for who sent the sample. */
export const reasons: Readonly<Record<Reason, string>> = {
  'bad-name': `factory and node have 1 to ${nameBytesMax} bytes and no control characters`,
  'bad-gpu': `a GPU is a whole number from 0 to ${gpuMax}`,
  'unknown-metric': `a metric is one of ${Object.keys(metrics).join(', ')}`,
  'bad-time': 'a time is a whole number of milliseconds since 1970',
  'too-old': 'samples are taken for as long as raw ones are kept, and not longer',
  'in-the-future': 'its time is ahead of the clock by more than the skew that is allowed',
  blank: 'DCGM had no value: NaN, or one of its blanks',
  'out-of-range': 'no GPU has such a value of this metric',
}

// DCGM says "nothing measured" by the largest numbers of its types, with the reason in the last two bits: whole numbers of 64 and 32 bits, and
// doubles. As a double all four of 64 bits are 2^63, 9223372036854775794 among them. A counter of energy may truly pass the smaller ones.
const blank64 = 2 ** 63 - 512
const [blank32, blankDouble] = [0x7f_ff_ff_f0, 2 ** 47]
const isOneOfFour = (value: number, first: number): boolean => value >= first && value < first + 4
const isBlank = (metric: Metric, value: number): boolean =>
  Number.isNaN(value) ||
  (value >= blank64 && value !== Infinity) ||
  (metric !== 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION' && (isOneOfFour(value, blank32) || isOneOfFour(value, blankDouble)))

/** The span of time from which samples are taken, in milliseconds since the epoch. Both ends are included. */
export type Window = Readonly<{ fromMs: number; toMs: number }>

/** Why nothing of a series is taken; undefined for one that is sound. */
export const refuseSeries = (factory: string, { node, gpu, metric }: Series): Reason | undefined => {
  if (!isName(factory) || !isName(node)) return 'bad-name'
  if (!Number.isInteger(gpu) || gpu < 0 || gpu > gpuMax) return 'bad-gpu'
  return isMetric(metric) ? undefined : 'unknown-metric'
}

/** Why one value of a metric is not taken; undefined for one that is. */
export const refuseValue = (metric: Metric, atMs: number, value: number, { fromMs, toMs }: Window): Reason | undefined => {
  if (!Number.isSafeInteger(atMs)) return 'bad-time'
  if (atMs < fromMs) return 'too-old'
  if (atMs > toMs) return 'in-the-future'
  if (isBlank(metric, value)) return 'blank'
  if (value < 0 || value > metrics[metric].max) return 'out-of-range'
  return metric === 'DCGM_FI_DEV_XID_ERRORS' && !Number.isInteger(value) ? 'out-of-range' : undefined
}

/** One sample, with its place and time. */
export type Sample = Series & Readonly<{ factory: string; atMs: number; value: number }>
export const sampleAt = ({ factory, series, of, timestampMs, value }: SampleBatch, i: number): Sample => ({
  factory,
  ...series[of[i]!]!,
  atMs: timestampMs[i]!,
  value: value[i]!,
})

/** How many samples were not taken for one reason, and the first of them. */
export type Refusal = Readonly<{ reason: Reason; message: string; count: number; first: Sample }>
