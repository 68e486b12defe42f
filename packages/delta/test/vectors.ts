import { type Checkpoint, PIECE_BYTES } from '@soup/tensor'
import { checkpoint, noise } from './fixtures.ts'

/** Tensors of the vectors: every width of elements, floats and integers, one of more than a piece. */
const TENSORS: readonly [name: string, dtype: string, shape: number[], sizeBytes: number][] = [
  ['bf16', 'BF16', [PIECE_BYTES / 2 + 3], PIECE_BYTES + 6],
  ['bool', 'BOOL', [5], 5],
  ['c64', 'C64', [200], 1600],
  ['empty', 'F32', [0], 0],
  ['f16', 'F16', [3, 300], 1800],
  ['f32', 'F32', [400], 1600],
  ['f64', 'F64', [200], 1600],
  ['f8', 'F8_E4M3', [1000], 1000],
  ['i64', 'I64', [200], 1600],
  ['noise', 'U8', [300], 300],
  ['same', 'I32', [], 4],
  ['u32', 'U32', [400], 1600]
]

/** What the vectors are deltas over. */
export function vectorBase(): Checkpoint {
  return model('base', (_, data) => data)
}

/** What the vectors lead to: nothing changed in `same`, all of `noise`, elsewhere the lowest bits of some elements. */
export function vectorExpert(): Checkpoint {
  return model('expert', (name, data) => {
    if (name === 'same') return data
    if (name === 'noise') return noise(77, data.length)
    return data.map((byte, at) => (at % 24 === 0 && at % 7 < 3 ? byte ^ (1 + (at % 3)) : byte))
  })
}

function model(name: string, change: (name: string, data: Uint8Array) => Uint8Array): Checkpoint {
  return checkpoint(
    name,
    TENSORS.map(([tensor, dtype, shape, sizeBytes], i) => [
      tensor,
      dtype,
      shape,
      change(tensor, noise(i + 1, sizeBytes))
    ]),
    [['format', 'pt']]
  )
}
