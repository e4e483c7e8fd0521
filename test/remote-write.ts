import protobuf from 'protobufjs'
import snappy from 'snappyjs'

// The messages as the specifications have them, and an encoder made from their text: another way than the one that reads them.
const { root } = protobuf.parse(
  `syntax = "proto3";
   message Label { string name = 1; string value = 2; }
   message Sample { double value = 1; int64 timestamp = 2; }
   message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
   message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; }
   message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
   message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
   message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }
   message TimeSeries2 {
     repeated uint32 labels_refs = 1; repeated Sample samples = 2; Metadata metadata = 5; int64 created_timestamp = 6;
   }
   message Request { repeated string symbols = 4; repeated TimeSeries2 timeseries = 5; }`,
)

export type SentSeries = Readonly<{
  labels: Readonly<Record<string, string>>
  samples: readonly Readonly<{ value: number; timestamp: number }>[]
}>

const encode = (type: string, message: object): Uint8Array => {
  const found = root.lookupType(type)
  return found.encode(found.fromObject(message)).finish()
}
const sorted = (labels: SentSeries['labels']) => Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))

/** `prometheus.WriteRequest`, before snappy. */
export const writeRequest = (series: readonly SentSeries[], more: object = {}): Uint8Array =>
  encode('WriteRequest', {
    timeseries: series.map(({ labels, samples }) => ({ labels: sorted(labels).map(([name, value]) => ({ name, value })), samples })),
    ...more,
  })

/** `io.prometheus.write.v2.Request`, before snappy: every text once, the empty one first. */
export const request2 = (series: readonly SentSeries[]): Uint8Array => {
  const symbols = ['']
  const places = new Map([['', 0]])
  const placeOf = (text: string): number => {
    if (!places.has(text)) places.set(text, symbols.push(text) - 1)
    return places.get(text)!
  }
  const timeseries = series.map(({ labels, samples }) => ({
    labelsRefs: sorted(labels).flatMap((pair) => pair.map(placeOf)),
    samples,
    metadata: { type: 2, helpRef: placeOf('help'), unitRef: 0 },
    createdTimestamp: 1,
  }))
  return encode('Request', { symbols, timeseries })
}

export const compressed = (bytes: Uint8Array): Uint8Array => new Uint8Array(snappy.compress(Buffer.from(bytes)))

export const headers1 = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
}
export const headers2 = {
  'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '2.0.0',
}

/** A series of a GPU as NVIDIA's exporter names it and Prometheus sends it. */
export const gpuSeries = (
  node: string,
  gpu: number,
  metric: string,
  samples: SentSeries['samples'],
  more: Readonly<Record<string, string>> = {},
): SentSeries => ({
  labels: {
    __name__: metric,
    gpu: `${gpu}`,
    UUID: `GPU-${node}-${gpu}`,
    device: `nvidia${gpu}`,
    modelName: 'NVIDIA GB300',
    Hostname: node,
    instance: `${node}:9400`,
    job: 'dcgm',
    ...more,
  },
  samples,
})
