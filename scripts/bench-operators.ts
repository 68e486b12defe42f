/**
 * Measures what one thread makes of merging operators and of conversions, from memory to memory.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import {
  type BuildSoupInit,
  buildSoup,
  isAdapterMethod,
  METHODS,
  type MethodName
} from '@soup/soup'
import {
  BLOCK_BYTES,
  type Checkpoint,
  decodeBlock,
  encodeBlock,
  type FloatDtype,
  floatBytes,
  floatCodec,
  memoryCheckpoint,
  returnBlocks,
  takeBlocks
} from '@soup/tensor'

const HELP = `Measures merging operators and conversions between dtypes, in one thread, from memory to memory.
Seconds are of the processor, so that what else the machine does counts less.

  npm run bench:operators -- [--experts N] [--runs N]

--experts  experts of methods that mix any number (default 4)
--runs     the best of so many runs counts (default 5)`

/** Elements of the one tensor: its experts are far larger than any cache. */
const LENGTH = 2 ** 23

const DTYPES: readonly FloatDtype[] = ['BF16', 'F16', 'F32', 'F64']

const CONVERTED: readonly FloatDtype[] = [
  'BF16',
  'F16',
  'F64',
  'F8_E4M3',
  'F8_E5M2',
  'F8_E4M3FNUZ',
  'F8_E5M2FNUZ'
]

/** Weights as language models have them, and experts off by a hundredth: the same for the same seed. */
function model(dtype: FloatDtype, seed: number): Checkpoint {
  let [state, shared] = [seed + 1, 1]
  const next = (from: number) => (Math.imul(from, 1_664_525) + 1_013_904_223) | 0
  const values = Float32Array.from({ length: LENGTH }, () => {
    state = next(state)
    shared = next(shared)
    return shared * 1e-11 + (seed === 0 ? 0 : state * 1e-13)
  })
  const data = floatCodec(dtype).encode(values)
  return memoryCheckpoint({
    name: `model ${seed}`,
    tensors: [{ name: 'x', dtype, shape: [LENGTH], data }]
  })
}

function soupOf(method: MethodName, [base, ...all]: readonly Checkpoint[]): BuildSoupInit {
  const { lambda, maxExperts, takesFisher } = METHODS[method]
  const list = all.slice(0, maxExperts)
  return {
    method,
    base: base!,
    ingredients: list.map((checkpoint, i) => ({
      name: `expert ${i}`,
      checkpoint,
      lambda: lambda === 'none' ? undefined : lambda === 'unit' ? 0.5 : 1 / list.length
    })),
    fisher: takesFisher ? list.map(checkpoint => ({ name: 'fisher', checkpoint })) : []
  }
}

/** Seconds of the processor since `began`. */
function secondsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1e6
}

/** Seconds of reading the only tensor, through one block. */
async function seconds(soup: Checkpoint): Promise<number> {
  const [block] = takeBlocks(1)
  const began = process.cpuUsage()
  const reader = soup.open('x')
  const { sizeBytes } = soup.tensors.get('x')!
  for (let at = 0; at < sizeBytes; at += BLOCK_BYTES) {
    await reader.read(block!.bytes.subarray(0, Math.min(BLOCK_BYTES, sizeBytes - at)))
  }
  returnBlocks([block!])
  return secondsSince(began)
}

/** GB of experts a second, as well for a soup in another dtype. */
async function rate(init: BuildSoupInit, runs: number): Promise<string> {
  const [info] = init.base.tensors.values()
  const times: number[] = []
  for (let run = 0; run < runs; run++) times.push(await seconds(buildSoup(init)))
  const gb = (info!.sizeBytes * init.ingredients.length) / 1e9
  return (gb / Math.min(...times)).toFixed(2)
}

async function methods(experts: number, runs: number): Promise<void> {
  const columns = DTYPES.flatMap(dtype => [
    dtype,
    dtype === 'F32' ? 'F32 → BF16' : `${dtype} → F32`
  ])
  console.log(`| method, GB/s of experts | ${columns.join(' | ')} |`)
  console.log(`|---|${columns.map(() => '---|').join('')}`)
  const names = (Object.keys(METHODS) as MethodName[]).filter(name => !isAdapterMethod(name))
  const rows = new Map(names.map(name => [name, [] as string[]]))
  for (const dtype of DTYPES) {
    const models = Array.from({ length: experts + 1 }, (_, seed) => model(dtype, seed))
    for (const [name, row] of rows) {
      const init = soupOf(name, models)
      const other = dtype === 'F32' ? 'BF16' : 'F32'
      row.push(await rate(init, runs), await rate({ ...init, dtype: other }, runs))
    }
  }
  for (const [name, row] of rows) console.log(`| ${name} | ${row.join(' | ')} |`)
}

/** GB of f32 a second. */
function conversionRate(convert: (length: number) => void, length: number, runs: number): string {
  const times = Array.from({ length: runs }, () => {
    const began = process.cpuUsage()
    for (let i = 0; i < 100; i++) convert(length)
    return secondsSince(began) / 100
  })
  return ((length * 4) / 1e9 / Math.min(...times)).toFixed(2)
}

function conversions(runs: number): void {
  console.log('\n| conversion, GB/s of f32 | decode | encode |\n|---|---|---|')
  const [from, to, back] = takeBlocks(3)
  for (const dtype of CONVERTED) {
    const length = BLOCK_BYTES / Math.max(4, floatBytes(dtype))
    const values = Float32Array.from({ length }, (_, i) => ((i * 7919) % 1000) / 500 - 1)
    from!.bytes.set(floatCodec(dtype).encode(values))
    const decode = conversionRate(n => decodeBlock(dtype, from!, to!, n), length, runs)
    const encode = conversionRate(n => encodeBlock(dtype, to!, back!, n), length, runs)
    console.log(`| ${dtype} | ${decode} | ${encode} |`)
  }
  returnBlocks([from!, to!, back!])
}

const { values } = parseArgs({
  options: {
    experts: { type: 'string', default: '4' },
    runs: { type: 'string', default: '5' },
    help: { type: 'boolean' }
  }
})
if (values.help) console.log(HELP)
else {
  console.log(
    `${values.experts} experts; one thread, ${cpus()[0]?.model}; Node ${process.version}\n`
  )
  await methods(Number(values.experts), Number(values.runs))
  conversions(Number(values.runs))
}
