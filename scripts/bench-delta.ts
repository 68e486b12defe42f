import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, Worker } from 'node:worker_threads'
import { entropyBytes, zstdBytes } from './bench/delta-bounds.ts'
import { measureFiles } from './bench/delta-files.ts'
import { type DeltaModel, makeDeltaModel } from './bench/delta-models.ts'
import { measureCodec } from './bench/delta-speed.ts'
import { normals, WEIGHT_SCALE } from './bench/normals.ts'

const HELP = `Measures the lossless delta codec: sizes against the order-0 entropy of the differences and against zstd on
their byte planes, and speeds in MB/s of raw weights.

  npm run bench:delta -- [--elements MILLIONS] [--runs N] [--skip-files]

--elements    millions of weights a model (default 16)
--runs        times that each speed is measured (default 9)
--skip-files  measure the codec alone, not encoding and decoding of files with one thread and with two`

const DTYPES = ['BF16', 'F16', 'F32'] as const
const RATES: readonly number[] = [0.1, 0.01, 0.001, 0.0001]

/** MB/s. */
function speed(bytes: number, milliseconds: number): string {
  return (bytes / 1000 / milliseconds).toFixed(0)
}

/** Median and best: other programs on the machine only ever slow a run down. */
function speeds(bytes: number, milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b)
  return `${speed(bytes, sorted[Math.floor(sorted.length / 2)]!)} (${speed(bytes, sorted[0]!)})`
}

function row(model: DeltaModel, rate: number, runs: number): string {
  const { dtype, base, expert } = model
  const { storedBytes, encode, encodeHashed, decode, decodeHashed } = measureCodec(model, runs)
  const bound = entropyBytes(model)
  const percent = (bytes: number) => ((100 * bytes) / base.length).toFixed(2)
  const columns = [
    dtype,
    rate,
    percent(storedBytes),
    percent(bound),
    (storedBytes / bound).toFixed(3),
    (zstdBytes(model) / bound).toFixed(3),
    ...[encode, encodeHashed, decode, decodeHashed].map(
      ({ median, best }) => `${speed(expert.length, median)} (${speed(expert.length, best)})`
    )
  ]
  return `| ${columns.join(' | ')} |`
}

async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      elements: { type: 'string', default: '16' },
      runs: { type: 'string', default: '9' },
      'skip-files': { type: 'boolean', default: false },
      help: { type: 'boolean' }
    }
  })
  if (values.help) return console.log(HELP)
  const count = Math.round(Number(values.elements) * 2 ** 20)
  const runs = Number(values.runs)
  if (!(count >= 1 && runs >= 1))
    throw new RangeError('--elements and --runs take positive numbers')
  console.log(
    `${count} weights; ${availableParallelism()} cores, ${cpus()[0]?.model}; Node ${process.version}`
  )
  console.log(
    'Speeds of one thread in MB/s of raw weights: sums over the pieces of medians (of the best runs)\n'
  )
  console.log(
    '| dtype | update | size % | entropy % | ratio | zstd ratio | encode | with SHA-256 | decode | with SHA-256 |'
  )
  console.log(`|${'---|'.repeat(10)}`)
  const weights = normals(1, count, WEIGHT_SCALE)
  const updates = normals(2, count, WEIGHT_SCALE)
  for (const dtype of DTYPES) {
    for (const rate of RATES)
      console.log(row(makeDeltaModel(dtype, weights, updates, rate), rate, runs))
  }
  if (values['skip-files']) return
  console.log('\nFiles of BF16, SHA-256 and I/O included: median (best) MB/s\n')
  console.log('| update | encode, 1 thread | 2 threads | decode, 1 thread | 2 threads |')
  console.log(`|${'---|'.repeat(5)}`)
  for (const rate of [0.01, 0.001]) {
    const model = makeDeltaModel('BF16', weights, updates, rate)
    const { bytes, times } = await measureFiles(model, Math.min(runs, 5))
    console.log(`| ${rate} | ${times.map(list => speeds(bytes, list)).join(' | ')} |`)
  }
}

if (isMainThread) {
  // Heavy work never runs on a node's main thread.
  const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) })
  worker.on('exit', code => {
    process.exitCode = code
  })
} else {
  try {
    await main(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
