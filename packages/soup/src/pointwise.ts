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
  /** What is read: tensors of its name and shape, each of a dtype of its own. */
  terms: readonly Checkpoint[]
  /** Blocks that `combine` needs besides the terms' and the result's, with whatever bytes they hold. */
  scratchBlocks?: number
  /**
   * Computes as many elements as a block holds, or fewer.
   *
   * @param terms a block of each term: `length` elements of its dtype; may be overwritten
   * @param out takes `length` elements of the output's dtype; none of the terms
   * @param scratch as many blocks as were asked for
   * @param first index of the first of the elements
   */
  combine(
    terms: readonly Block[],
    out: Block,
    length: number,
    scratch: readonly Block[],
    first: number
  ): void
  /** What must be known of the whole tensor before its first block is computed; called once. */
  prepare?(options?: AbortOptions): Promise<void>
}

/** What {@link pointwise} is made of. */
export interface PointwiseInit {
  /** What to call it in an error. */
  name: string
  /** What comes out. */
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
      return blockReader(init.tensor(tensor), output, offset)
    },
    close: () => Promise.resolve()
  }
}

/** Bytes of an element, be it half a byte; of an empty tensor 0. */
export function elementBytes({ shape, sizeBytes }: TensorInfo): number {
  return sizeBytes / Math.max(1, elementCount(shape)!)
}

function blockReader(tensor: PointwiseTensor, output: TensorInfo, offset: number): TensorReader {
  const { terms, scratchBlocks = 0 } = tensor
  const to = elementBytes(output)
  const take = cursor(output, offset)
  let first = offset && offset / to
  const inputs = terms.map(term => {
    const from = elementBytes(tensorInfo(term, output.name))
    return { from, reader: term.open(output.name, first * from) }
  })
  // What is put aside is f32.
  const widths = [to, scratchBlocks === 0 ? 0 : 4, ...inputs.map(({ from }) => from)]
  const most = BLOCK_BYTES / Math.max(...widths)
  const step = async (target: Uint8Array, blocks: readonly Block[], options?: AbortOptions) => {
    const length = target.length / to
    const [result, ...others] = blocks
    for (const [k, { from, reader }] of inputs.entries()) {
      await reader.read(others[k]!.bytes.subarray(0, length * from), options)
    }
    const out = asBlock(target) ?? result!
    const scratch = others.slice(terms.length)
    tensor.combine(others.slice(0, terms.length), out, length, scratch, first)
    if (out === result) target.set(out.bytes.subarray(0, target.length))
    first += length
  }
  let isPrepared = tensor.prepare === undefined
  return {
    read: async (target, options) => {
      take(target.length)
      if (!isPrepared) await tensor.prepare?.(options)
      isPrepared = true
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
