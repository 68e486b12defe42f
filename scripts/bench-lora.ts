import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { extractAdapter, type LoraAdapter, peftModule } from '@soup/delta'
import { applyAdapters, productSoup, truncatedSoup } from '@soup/soup'
import {
  addProduct,
  BLOCK_BYTES,
  type Checkpoint,
  floatCodec,
  matrix,
  memoryCheckpoint,
  memorySpool,
  randomMatrix,
  readTensor
} from '@soup/tensor'

const HELP = `Measures the mathematics of low-rank adapters on one thread, on one bf16 weight in memory, and prints medians and the
best of all runs.

  npm run bench:lora -- [--rows N] [--columns N] [--rank N] [--runs N]

--rows, --columns  of the weight (default 4096 and 4096)
--rank             of each of four adapters, and of what is extracted and truncated (default 16)
--runs             of each measurement (default 5)`

/** Standard deviations of the weights and of their update, as fine-tunes have them. */
const [WEIGHT_SCALE, UPDATE_SCALE] = [0.02, 0.001]

interface Case {
  name: string
  /** Floating-point operations of a run. */
  operations: number
  /** Bytes that are read, or computed, in a run. */
  bytes: number
  run(): unknown
}

function weight(seed: number, rows: number, columns: number, change?: Float32Array): Checkpoint {
  const values = randomMatrix(seed, rows, columns).values
  for (let i = 0; i < values.length; i++) {
    values[i] = WEIGHT_SCALE * values[i]! + UPDATE_SCALE * (change?.[i] ?? 0)
  }
  const data = floatCodec('BF16').encode(values)
  return memoryCheckpoint({
    tensors: [{ name: 'layer.weight', dtype: 'BF16', shape: [rows, columns], data }]
  })
}

function adapter(seed: number, rows: number, columns: number, rank: number): LoraAdapter {
  const module = peftModule('layer', { rank, scaling: 1, isEmbedding: false, fanInFanOut: false })
  const [a, b] = [randomMatrix(seed, rank, columns), randomMatrix(seed + 1, rows, rank)]
  const checkpoint = memoryCheckpoint({
    tensors: [
      { name: module.a, dtype: 'F32', shape: [rank, columns], data: a.values },
      { name: module.b, dtype: 'F32', shape: [rows, rank], data: b.values }
    ]
  })
  return { checkpoint, modules: [module], saved: new Map() }
}

/** Reads as a file is written: a kernel block at a time. */
async function drain(checkpoint: Checkpoint): Promise<void> {
  const block = new Uint8Array(BLOCK_BYTES)
  for (const { name, sizeBytes } of checkpoint.tensors.values()) {
    const reader = checkpoint.open(name)
    for (let at = 0; at < sizeBytes; at += BLOCK_BYTES) {
      await reader.read(block.subarray(0, Math.min(BLOCK_BYTES, sizeBytes - at)))
    }
  }
}

function cases(rows: number, columns: number, rank: number): Case[] {
  const base = weight(1, rows, columns)
  const expert = weight(1, rows, columns, randomMatrix(2, rows, columns).values)
  const adapters = [10, 20, 30, 40].map((seed, i) => ({
    name: `expert ${i}`,
    adapter: adapter(seed, rows, columns, rank),
    lambda: 0.25
  }))
  const one = [{ ...adapters[0]!, lambda: 1 }]
  const [x, y, c] = [randomMatrix(3, 256, 256), randomMatrix(4, 256, 240), matrix(256, 240)]
  const bytes = 2 * rows * columns
  const dense = 2 * rows * columns
  const factors = 4 * rank * (rows + columns)
  const width = 8 * Math.ceil((rank + 8) / 8)
  return [
    {
      name: 'product of one tile',
      operations: 2 * 256 * 256 * 240,
      bytes: 4 * 3 * 256 * 256,
      run: () => addProduct(x, y, c)
    },
    {
      name: 'apply one adapter',
      operations: dense * rank,
      bytes,
      run: () => drain(applyAdapters({ base, adapters: one }))
    },
    {
      name: 'apply four adapters',
      operations: dense * 4 * rank,
      bytes,
      run: () => drain(applyAdapters({ base, adapters }))
    },
    {
      name: 'product of four adapters',
      operations: 4 * rank * rows,
      bytes: 4 * factors,
      run: () => readAll(productSoup({ adapters }))
    },
    {
      name: 'truncate four adapters to one rank',
      operations: 4 * (rows + columns) * (4 * rank) ** 2 + 2 * (rows + columns) * 4 * rank * rank,
      bytes: 4 * factors,
      run: () => truncatedSoup({ adapters, rank }, memorySpool())
    },
    {
      name: 'extract an adapter (4 passes)',
      operations: dense * (5 * width + rank),
      bytes: 4 * 2 * bytes,
      run: () => extractAdapter({ base, expert, rank }, memorySpool())
    }
  ]
}

async function readAll({ checkpoint }: LoraAdapter): Promise<void> {
  for (const name of checkpoint.tensors.keys()) await readTensor(checkpoint, name)
}

async function measure({ name, operations, bytes, run }: Case, runs: number): Promise<string> {
  const seconds: number[] = []
  for (let i = 0; i <= runs; i++) {
    const start = performance.now()
    await run()
    if (i > 0) seconds.push((performance.now() - start) / 1000)
  }
  const sorted = seconds.toSorted((a, b) => a - b)
  const [best, median] = [sorted[0]!, sorted[Math.floor(runs / 2)]!]
  const rates = [operations / median / 1e9, bytes / median / 1e6]
  return `| ${name} | ${(median * 1000).toFixed(1)} | ${(best * 1000).toFixed(1)} | ${rates[0]!.toFixed(1)} | ${rates[1]!.toFixed(0)} |`
}

async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rows: { type: 'string', default: '4096' },
      columns: { type: 'string', default: '4096' },
      rank: { type: 'string', default: '16' },
      runs: { type: 'string', default: '5' },
      help: { type: 'boolean' }
    }
  })
  if (values.help) return console.log(HELP)
  const [rows, columns] = [positive('--rows', values.rows), positive('--columns', values.columns)]
  const [rank, runs] = [positive('--rank', values.rank), positive('--runs', values.runs)]
  console.log(
    `${rows} × ${columns} bf16, rank ${rank}; ${cpus()[0]?.model}; Node ${process.version}\n`
  )
  console.log('| | median ms | best ms | GFLOP/s | MB/s |\n|---|---|---|---|---|')
  for (const one of cases(rows, columns, rank)) console.log(await measure(one, runs))
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (value > 0 && Number.isSafeInteger(value)) return value
  throw new RangeError(`${option} takes a positive integer, got '${text}'`)
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
