import {
  type LoraAdapter,
  type LoraModule,
  peftBaseLayerName,
  peftBiasName,
  peftModule,
  peftSavedName
} from '@soup/delta'
import {
  type Checkpoint,
  type FloatDtype,
  floatCodec,
  type MemoryTensor,
  memoryCheckpoint,
  readFloats,
  readTensor
} from '@soup/tensor'
import type { AdapterIngredient } from '../../src/adapter/terms.ts'

/** Numbers of a linear congruential generator in (−1, 1): the same for the same seed. */
export function noise(seed: number, length: number): Float32Array<ArrayBuffer> {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 23 - 1
  })
}

export function tensor(
  name: string,
  shape: number[],
  values: Float32Array,
  dtype: FloatDtype = 'F32'
): MemoryTensor {
  return { name, dtype, shape, data: floatCodec(dtype).encode(values) }
}

/** Tensors of the base: a linear module with a bias, an embedding, a Conv1D, a norm, a head. */
const SHAPES: Record<string, number[]> = {
  'layer.weight': [7, 5],
  'layer.bias': [7],
  'embed.weight': [9, 4],
  'conv.weight': [5, 7],
  'norm.weight': [6],
  'head.weight': [3, 5]
}

export function baseModel(dtype: FloatDtype = 'F32'): Checkpoint {
  const tensors = Object.entries(SHAPES).map(([name, shape], i) =>
    tensor(
      name,
      shape,
      noise(
        100 + i,
        shape.reduce((a, b) => a * b)
      ),
      dtype
    )
  )
  const steps = { name: 'steps', dtype: 'I64', shape: [1], data: BigInt64Array.of(3n) }
  return memoryCheckpoint({ name: 'base', tensors: [...tensors, steps] })
}

/** How an adapter is made: rank by module; what it has besides. */
export interface AdapterInit {
  ranks: Partial<Record<'layer' | 'embed' | 'conv' | 'head', number>>
  scaling?: number
  dtype?: FloatDtype
  hasBias?: boolean
  /** Tensors of the base that it saves whole, and their dtype; a weight with factors as what these are added to. */
  saves?: string[]
  savedDtype?: FloatDtype
}

/** An adapter over {@link baseModel}. */
export function adapterOf(seed: number, init: AdapterInit): LoraAdapter {
  const { ranks, scaling = 2, dtype = 'F32', hasBias = false, saves = [] } = init
  const tensors: MemoryTensor[] = []
  const modules: LoraModule[] = []
  for (const [name, rank] of Object.entries(ranks)) {
    const [isEmbedding, fanInFanOut] = [name === 'embed', name === 'conv']
    const module = peftModule(name, { rank, scaling, isEmbedding, fanInFanOut })
    const [rows, columns] = SHAPES[`${name}.weight`]! as [number, number]
    const [out, inner] = isEmbedding || fanInFanOut ? [columns, rows] : [rows, columns]
    tensors.push(tensor(module.a, [rank, inner], noise(seed++, rank * inner), dtype))
    tensors.push(tensor(module.b, [out, rank], noise(seed++, out * rank), dtype))
    const bias = hasBias && name === 'layer' ? peftBiasName(name) : undefined
    if (bias !== undefined) tensors.push(tensor(bias, [out], noise(seed++, out), dtype))
    modules.push({ ...module, bias })
  }
  const savedName = (name: string) => {
    const module = modules.find(({ weight }) => weight === name)
    return module === undefined ? peftSavedName(name) : peftBaseLayerName(module.name)
  }
  for (const name of saves) {
    const shape = SHAPES[name]!
    const values = noise(
      seed++,
      shape.reduce((a, b) => a * b)
    )
    tensors.push(tensor(savedName(name), shape, values, init.savedDtype ?? dtype))
  }
  return {
    checkpoint: memoryCheckpoint({ name: `adapter ${seed}`, tensors }),
    modules,
    saved: new Map(saves.map(name => [name, savedName(name)]))
  }
}

/** The same adapter with other values in an F32 tensor. */
export function withValues(of: LoraAdapter, name: string, values: number[]): LoraAdapter {
  const { shape } = of.checkpoint.tensors.get(name)!
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => {
    return values[i % values.length]!
  })
  const other = memoryCheckpoint({ tensors: [tensor(name, [...shape], data)] })
  const open: Checkpoint['open'] = (wanted, offset) =>
    (wanted === name ? other : of.checkpoint).open(wanted, offset)
  return { ...of, checkpoint: { ...of.checkpoint, open } }
}

export function ingredients(
  adapters: readonly LoraAdapter[],
  lambda: readonly number[]
): AdapterIngredient[] {
  return adapters.map((adapter, i) => ({ name: `expert ${i}`, adapter, lambda: lambda[i]! }))
}

/** λ·s·B·A of one adapter and module, in f64, in the shape of the weight. */
export async function denseUpdate(
  { adapter, lambda }: AdapterIngredient,
  weight: string
): Promise<Float64Array> {
  const shape = SHAPES[weight]!
  const update = new Float64Array(shape.reduce((a, b) => a * b))
  const module = adapter.modules.find(one => one.weight === weight)
  if (module === undefined) return update
  const [a, b] = [
    await readFloats(adapter.checkpoint, module.a),
    await readFloats(adapter.checkpoint, module.b)
  ]
  const inner = a.length / module.rank
  for (let i = 0; i < update.length; i++) {
    const [row, column] = [Math.floor(i / shape[1]!), i % shape[1]!]
    const [o, n] = module.isEmbedding || module.fanInFanOut ? [column, row] : [row, column]
    for (let k = 0; k < module.rank; k++) {
      update[i]! += lambda * module.scaling * b[o * module.rank + k]! * a[k * inner + n]!
    }
  }
  return update
}

/** Σ of {@link denseUpdate}. */
export async function denseSum(
  list: readonly AdapterIngredient[],
  weight: string
): Promise<Float64Array> {
  const updates = await Promise.all(list.map(one => denseUpdate(one, weight)))
  return updates[0]!.map((_, i) => updates.reduce((sum, update) => sum + update[i]!, 0))
}

/** ‖x − y‖ / ‖y‖. */
export function relativeDistance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let [difference, norm] = [0, 0]
  for (let i = 0; i < y.length; i++) {
    difference += (x[i]! - y[i]!) ** 2
    norm += y[i]! ** 2
  }
  return Math.sqrt(difference / norm)
}

/** The bytes of every tensor. */
export async function allBytes(checkpoint: Checkpoint): Promise<Map<string, Uint8Array>> {
  const bytes = new Map<string, Uint8Array>()
  for (const name of checkpoint.tensors.keys()) bytes.set(name, await readTensor(checkpoint, name))
  return bytes
}
