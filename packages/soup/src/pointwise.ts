import type { AbortOptions } from '@soup/interface'
import {
  asBlock,
  BLOCK_BYTES,
  type Block,
  type Checkpoint,
  cursor,
  elementCount,
  returnBlocks,
  type TensorInfo,
  type TensorReader,
  takeBlocks,
  tensorInfo
} from '@soup/tensor'

/** How one tensor is computed: every element from the elements of the same index. */
export interface PointwiseTensor {
  /** What is read, all of one dtype and shape. */
  terms: readonly Checkpoint[]
  /** Blocks that `combine` needs besides the terms' and the result's, with whatever bytes they hold. */
  scratchBlocks?: number
  /**
   * Computes as many elements as a block holds, or fewer.
   *
   * @param terms a block of each term: `length` elements of the input's dtype; may be overwritten
   * @param out takes `length` elements of the output's dtype; none of the terms
   * @param scratch as many blocks as were asked for
   */
  combine(terms: readonly Block[], out: Block, length: number, scratch: readonly Block[]): void
}

/** What {@link pointwise} is made of. */
export interface PointwiseInit {
  /** What to call it in an error. */
  name: string
  /** What is read, by name. */
  inputs: ReadonlyMap<string, TensorInfo>
  /** What comes out, by the same names, in the same shapes. */
  tensors: ReadonlyMap<string, TensorInfo>
  /** As the checkpoint says it. */
  isSequential: boolean
  /** How to compute a tensor; called when somebody opens it. */
  tensor(name: string): PointwiseTensor
}

/**
 * A checkpoint whose tensors are computed block by block while they are read. Memory is that of a few blocks
 * for each term, whatever a tensor's size.
 */
export function pointwise(init: PointwiseInit): Checkpoint {
  const { name, tensors, isSequential } = init
  return {
    name,
    metadata: new Map(),
    tensors,
    isSequential,
    open: (tensor, offset = 0) => {
      const output = tensorInfo({ name, tensors }, tensor)
      return blockReader(init.tensor(tensor), init.inputs.get(tensor)!, output, offset)
    },
    close: () => Promise.resolve()
  }
}

/** Bytes of an element, be it half a byte; of an empty tensor 0. */
export function elementBytes({ shape, sizeBytes }: TensorInfo): number {
  return sizeBytes / Math.max(1, elementCount(shape)!)
}

function blockReader(
  { terms, scratchBlocks = 0, combine }: PointwiseTensor,
  input: TensorInfo,
  output: TensorInfo,
  offset: number
): TensorReader {
  const [from, to] = [elementBytes(input), elementBytes(output)]
  const take = cursor(output, offset)
  const readers = terms.map(term => term.open(input.name, offset && (offset / to) * from))
  // What is put aside is f32.
  const most = BLOCK_BYTES / Math.max(from, to, scratchBlocks === 0 ? 0 : 4)
  const step = async (target: Uint8Array, blocks: readonly Block[], options?: AbortOptions) => {
    const length = target.length / to
    const [result, ...others] = blocks
    const inputs = others.slice(0, terms.length)
    for (const [k, reader] of readers.entries()) {
      await reader.read(inputs[k]!.bytes.subarray(0, length * from), options)
    }
    const out = asBlock(target) ?? result!
    combine(inputs, out, length, others.slice(terms.length))
    if (out === result) target.set(out.bytes.subarray(0, target.length))
  }
  return {
    read: async (target, options) => {
      take(target.length)
      const blocks = takeBlocks(1 + terms.length + scratchBlocks)
      try {
        for (let at = 0; at < target.length; at += most * to) {
          await step(target.subarray(at, at + most * to), blocks, options)
        }
      } finally {
        returnBlocks(blocks)
      }
    }
  }
}
