import { type FloatDtype, floatCodec, type MemoryTensor, memoryCheckpoint } from '@soup/tensor'
import { type LoraAdapter, type LoraModule, peftModule } from '../../src/lora/adapter.ts'

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

/** An adapter of one linear module `layer`, `[out, in]`. */
export function oneModule(
  rank: number,
  [out, width]: readonly [number, number],
  change: Partial<LoraModule> = {},
  extra: MemoryTensor[] = []
): LoraAdapter {
  const module = peftModule('layer', { rank, scaling: 2, isEmbedding: false, fanInFanOut: false })
  const checkpoint = memoryCheckpoint({
    name: 'adapter',
    tensors: [
      tensor(module.a, [rank, width], noise(1, rank * width)),
      tensor(module.b, [out, rank], noise(2, out * rank)),
      ...extra
    ]
  })
  return { checkpoint, modules: [{ ...module, ...change }], saved: new Map() }
}
