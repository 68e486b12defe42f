import { type Checkpoint, tensorInfo } from '@soup/tensor'

/**
 * Adds tensors of another checkpoint, under other names, to a checkpoint.
 *
 * @param names name in `other` → name that it gets; new in `checkpoint`
 * @returns a view of both, which stay the caller's
 */
export function layeredTensors(
  checkpoint: Checkpoint,
  other: Checkpoint,
  names: ReadonlyMap<string, string>
): Checkpoint {
  const sources = new Map([...names].map(([from, to]) => [to, from]))
  const added = [...sources].map(
    ([to, from]) => [to, { ...tensorInfo(other, from), name: to }] as const
  )
  return {
    ...checkpoint,
    tensors: new Map([...checkpoint.tensors, ...added]),
    isSequential: checkpoint.isSequential || (names.size > 0 && other.isSequential),
    open: (name, offset) => {
      const from = sources.get(name)
      return from === undefined ? checkpoint.open(name, offset) : other.open(from, offset)
    }
  }
}
