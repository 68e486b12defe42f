import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { decodeDelta, encodeExact, encodeLossy, payloadLoss } from '@soup/delta'
import {
  type Checkpoint,
  checkpointBytes,
  floatCodec,
  memoryCheckpoint,
  memorySpool,
  readPieces
} from '@soup/tensor'
import { normals, WEIGHT_SCALE } from './bench/normals.ts'

const HELP = `Measures the delta codecs on one bf16 matrix in memory: size, error, MB per second of
CPU time.

  npm run bench:lossy -- [--elements N] [--runs N]

--elements  of the matrix, in millions (default 16)
--runs      of each codec; medians are shown (default 3)`

const CODECS = [
  { codec: 'exact' },
  { codec: 'sparse', density: 0.01 },
  { codec: 'sparse', density: 0.1 },
  { codec: 'int8' },
  { codec: 'bit1' }
] as const

function model(name: string, values: Float32Array): Checkpoint {
  const data = floatCodec('BF16').encode(values)
  return memoryCheckpoint({
    name,
    tensors: [{ name: 'weight', dtype: 'BF16', shape: [values.length / 1024, 1024], data }]
  })
}

interface Measured {
  encodeSeconds: number
  decodeSeconds: number
  cells: string[]
}

/** Time that this process computed, which another program on the same cores doesn't change. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function measure(
  base: Checkpoint,
  expert: Checkpoint,
  codec: (typeof CODECS)[number]
): Promise<Measured> {
  const started = cpuMs()
  const payload =
    codec.codec === 'exact'
      ? await encodeExact(base, expert, memorySpool())
      : await encodeLossy(base, expert, memorySpool(), codec)
  const encoded = cpuMs()
  for await (const _ of readPieces(decodeDelta(base, payload), 'weight'));
  const loss = payloadLoss(payload)
  return {
    encodeSeconds: (encoded - started) / 1000,
    decodeSeconds: (cpuMs() - encoded) / 1000,
    cells: [
      'density' in codec ? `${codec.codec} ${codec.density}` : codec.codec,
      `${((100 * checkpointBytes(payload)) / checkpointBytes(expert)).toFixed(1)} %`,
      (loss?.relativeError ?? 0).toFixed(3),
      (loss?.cosine ?? 1).toFixed(3)
    ]
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      elements: { type: 'string', default: '16' },
      runs: { type: 'string', default: '3' },
      help: { type: 'boolean' }
    }
  })
  if (values.help) return console.log(HELP)
  const weights = normals(1, positive('--elements', values.elements) * 2 ** 20, 1)
  const steps = normals(2, weights.length, 1)
  const base = model(
    'base',
    weights.map(w => WEIGHT_SCALE * w)
  )
  const megabytes = checkpointBytes(base) / 1e6
  console.log(`${megabytes.toFixed(0)} MB of bf16; ${cpus()[0]?.model}; Node ${process.version}\n`)
  console.log('| update | codec | size | relative error | cosine | encode MB/s | decode MB/s |')
  console.log('|---|---|---|---|---|---|---|')
  for (const update of [1e-2, 1e-3]) {
    const moved = weights.map((w, i) => WEIGHT_SCALE * (w + update * steps[i]!))
    const expert = model('expert', moved)
    for (const codec of CODECS) {
      const runs: Measured[] = []
      for (let run = 0; run < positive('--runs', values.runs); run++) {
        runs.push(await measure(base, expert, codec))
      }
      const speed = (of: 'encodeSeconds' | 'decodeSeconds') =>
        (megabytes / median(runs.map(run => run[of]))).toFixed(0)
      const cells = [...runs[0]!.cells, speed('encodeSeconds'), speed('decodeSeconds')]
      console.log(`| ${update} | ${cells.join(' | ')} |`)
    }
  }
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value)) return value
  throw new RangeError(`${option} takes a positive number, got '${text}'`)
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
