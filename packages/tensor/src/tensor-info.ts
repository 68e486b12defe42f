import type { Checkpoint, TensorInfo } from './checkpoint.ts'

/**
 * What a checkpoint says of one tensor.
 *
 * @throws {RangeError} when no tensor has this name
 */
export function tensorInfo(
  checkpoint: Pick<Checkpoint, 'name' | 'tensors'>,
  name: string
): TensorInfo {
  const info = checkpoint.tensors.get(name)
  if (info === undefined)
    throw new RangeError(`${checkpoint.name} has no tensor ${JSON.stringify(name)}`)
  return info
}

/**
 * Where a reader of a tensor stands.
 *
 * @returns takes the next bytes and gives the offset of the first of them
 * @throws {RangeError} when it begins outside of the tensor, or more bytes are taken than are left
 */
export function cursor(
  { name, sizeBytes }: TensorInfo,
  offset: number
): (length: number) => number {
  let at = offset
  const check = (length: number) => {
    if (at >= 0 && at + length <= sizeBytes) return
    throw new RangeError(
      `tensor ${JSON.stringify(name)} has no bytes ${at} to ${at + length} of ${sizeBytes}`
    )
  }
  check(0)
  return length => {
    check(length)
    at += length
    return at - length
  }
}
