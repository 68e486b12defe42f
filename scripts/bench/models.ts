import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { encodeExact } from '@soup/delta'
import {
  fileSink,
  fileSource,
  fileSpool,
  floatCodec,
  openSafetensors,
  safetensorsBytes,
  writeSafetensors
} from '@soup/tensor'
import { normals, WEIGHT_SCALE } from './normals.ts'

/** Experts of every benchmark. */
export const EXPERTS: readonly string[] = ['e1', 'e2', 'e3', 'e4']

/** Values that are drawn; they repeat every 8 MiB of a file, far behind what any cache or codec sees at a time. */
const DRAWN = 2 ** 22

/** Shapes of a Llama of hidden size 2048 (TinyLlama's) with as many layers as reach the size, in bf16. */
export function llamaShapes(sizeBytes: number): Map<string, number[]> {
  const shapes = new Map([['model.embed_tokens.weight', [32_000, 2048]]])
  const bytes = () => [...shapes.values()].reduce((sum, shape) => sum + bytesOf(shape), 0)
  for (let layer = 0; bytes() < sizeBytes; layer++) {
    for (const [name, shape] of LAYER) shapes.set(`model.layers.${layer}.${name}.weight`, shape)
  }
  return shapes
}

const LAYER: readonly [string, number[]][] = [
  ['input_layernorm', [2048]],
  ['mlp.down_proj', [2048, 5632]],
  ['mlp.gate_proj', [5632, 2048]],
  ['mlp.up_proj', [5632, 2048]],
  ['post_attention_layernorm', [2048]],
  ['self_attn.k_proj', [256, 2048]],
  ['self_attn.o_proj', [2048, 2048]],
  ['self_attn.q_proj', [2048, 2048]],
  ['self_attn.v_proj', [256, 2048]]
]

function bytesOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 2)
}

/**
 * Writes a base, four experts whose weights are off by a hundredth of the weights' spread, and their exact deltas,
 * unless they are there.
 *
 * @param folder where they go: `base.safetensors`, `e1.safetensors`, `e1.delta`, ...
 */
export async function makeModels(folder: string, sizeBytes: number): Promise<void> {
  const shapes = llamaShapes(sizeBytes)
  const base = normals(1, DRAWN, WEIGHT_SCALE)
  for (const [i, name] of ['base', ...EXPERTS].entries()) {
    const path = modelPath(folder, name)
    if (existsSync(path)) continue
    const update = normals(i + 1, DRAWN, WEIGHT_SCALE)
    const values = base.map((weight, at) => weight + (i === 0 ? 0 : 0.01 * update[at]!))
    writeModel(path, shapes, floatCodec('BF16').encode(values))
  }
  for (const name of EXPERTS) await makeDelta(folder, name)
}

/** Where a model lies. */
export function modelPath(folder: string, name: string): string {
  return join(folder, `${name}.safetensors`)
}

/** Where an expert's delta lies. */
export function deltaPath(folder: string, name: string): string {
  return join(folder, `${name}.delta`)
}

function writeModel(path: string, shapes: ReadonlyMap<string, number[]>, values: Uint8Array): void {
  let end = 0
  const entries = [...shapes].map(([name, shape]) => {
    const begin = end
    end += bytesOf(shape)
    return `${JSON.stringify(name)}:{"dtype":"BF16","shape":[${shape}],"data_offsets":[${begin},${end}]}`
  })
  const json = `{"__metadata__":{"format":"pt"},${entries}}`
  const header = json.padEnd(Math.ceil(json.length / 8) * 8)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const file = openSync(path, 'wx')
  writeSync(file, Buffer.concat([length, Buffer.from(header)]))
  for (let left = end; left > 0; left -= values.length) {
    writeSync(file, values, 0, Math.min(left, values.length))
  }
  closeSync(file)
}

async function makeDelta(folder: string, name: string): Promise<void> {
  const path = deltaPath(folder, name)
  if (existsSync(path)) return
  const open = async (model: string) => openSafetensors(await fileSource(modelPath(folder, model)))
  const [base, expert] = [await open('base'), await open(name)]
  const spool = await fileSpool(`${path}.spool`)
  try {
    const payload = await encodeExact(base, expert, spool)
    await writeSafetensors(payload, await fileSink(path, { sizeBytes: safetensorsBytes(payload) }))
  } finally {
    await Promise.all([spool.close(), base.close(), expert.close()])
  }
}
