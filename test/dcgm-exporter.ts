import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Two racks of nine trays of four GPUs: the shape of one NVL72, and how NVIDIA's exporter tells of it. */
const nodes = Array.from({ length: 18 }, (_, i) => `fa-r001-n${String(i + 1).padStart(2, '0')}`)
const gpusPerNode = 4
export const gpuCount = nodes.length * gpusPerNode
/** What DCGM says instead of a value: nothing was measured. */
const blank = '9223372036854775794'

type Metric = Readonly<{ name: string; type: 'gauge' | 'counter'; help: string; of: (gpu: number, scrape: number) => string }>

/** The energy of a GPU at a scrape: no two are the same, so that each sample can be found again. */
export const energyAt = (gpu: number, scrape: number): number => 1e9 * (gpu + 1) + 700_000 * scrape

const metrics: readonly Metric[] = [
  { name: 'DCGM_FI_DEV_SM_CLOCK', type: 'gauge', help: 'SM clock frequency (in MHz).', of: () => '1980' },
  { name: 'DCGM_FI_DEV_GPU_TEMP', type: 'gauge', help: 'GPU temperature (in C).', of: (gpu) => `${30 + (gpu % 9)}` },
  {
    name: 'DCGM_FI_DEV_POWER_USAGE',
    type: 'gauge',
    help: 'Power draw (in W).',
    of: (gpu, scrape) => (180 + gpu + (scrape % 7)).toFixed(6),
  },
  {
    name: 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
    type: 'counter',
    help: 'Total energy consumption since boot (in mJ).',
    of: (gpu, scrape) => `${energyAt(gpu, scrape)}`,
  },
  { name: 'DCGM_FI_DEV_GPU_UTIL', type: 'gauge', help: 'GPU utilization (in %).', of: (gpu, scrape) => `${(gpu * 7 + scrape) % 101}` },
  {
    name: 'DCGM_FI_DEV_XID_ERRORS',
    type: 'gauge',
    help: 'Value of the last XID error encountered.',
    of: (gpu) => (gpu === 17 ? '79' : '0'),
  },
  {
    name: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
    type: 'gauge',
    help: 'Ratio of time the graphics engine is active.',
    of: (gpu, scrape) => `0.${String((gpu * 13 + scrape) % 1000).padStart(6, '0')}`,
  },
  // One GPU has no value of this metric, as happens after an error of its profiling module.
  {
    name: 'DCGM_FI_PROF_SM_ACTIVE',
    type: 'gauge',
    help: 'The ratio of cycles an SM has at least 1 warp assigned.',
    of: (gpu) => (gpu === 71 ? blank : '0.250000'),
  },
]

const page = (scrape: number): string =>
  metrics
    .flatMap(({ name, type, help, of }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...Array.from({ length: gpuCount }, (_, gpu) => {
        const [node, own] = [nodes[Math.floor(gpu / gpusPerNode)]!, gpu % gpusPerNode]
        const labels = `gpu="${own}",UUID="GPU-${String(gpu).padStart(8, '0')}",pci_bus_id="00000000:0${own}:00.0",device="nvidia${own}",modelName="NVIDIA GB300",Hostname="${node}",DCGM_FI_DRIVER_VERSION="580.65.06"`
        return `${name}{${labels}} ${of(gpu, scrape)}`
      }),
    ])
    .join('\n')
    .concat('\n')

/** The name under which the samples of a GPU come. */
export const placeOf = (gpu: number): string => `${nodes[Math.floor(gpu / gpusPerNode)]!} ${gpu % gpusPerNode}`

/** An exporter of 72 GPUs. Each scrape is numbered, and its values follow from the number. `close` answers how many there were. */
export const startExporter = async () => {
  let [scrapes, silent] = [0, false]
  const server = createServer((_, response) => {
    if (silent) return void response.writeHead(503).end()
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(page(scrapes++))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    scrapes: () => scrapes,
    /** From now on it fails: Prometheus ends the series by staleness markers. */
    silence: () => void (silent = true),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
