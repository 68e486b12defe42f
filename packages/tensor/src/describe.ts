import { createHash } from 'node:crypto'
import type { ProgressOptions } from '@soup/interface'
import type { Checkpoint, TensorDescription, TensorInfo } from './checkpoint.ts'
import { readPieces } from './pieces.ts'

/**
 * Hashes every tensor: the list that base ids are made of.
 *
 * @returns one entry a tensor, sorted by name as {@link compareNames} orders them; memory is bounded
 *   by two pieces and the list
 */
export async function describeTensors(
  checkpoint: Checkpoint,
  options: ProgressOptions = {}
): Promise<TensorDescription[]> {
  const total = checkpointBytes(checkpoint)
  const report = (done: number) =>
    options.onProgress?.({ stage: 'hash tensors', done, total, unit: 'bytes' })
  const list: TensorDescription[] = []
  let done = 0
  report(done)
  for (const { name, dtype, shape } of sortedTensors(checkpoint)) {
    const hash = createHash('sha256')
    for await (const piece of readPieces(checkpoint, name, options)) {
      hash.update(piece)
      done += piece.length
      report(done)
    }
    list.push({ name, dtype, shape, sha256: hash.digest('hex') })
  }
  return list
}

/** Bytes of all tensors together. */
export function checkpointBytes(checkpoint: Pick<Checkpoint, 'tensors'>): number {
  let sum = 0
  for (const { sizeBytes } of checkpoint.tensors.values()) sum += sizeBytes
  return sum
}

/** Orders names by their UTF-8 bytes, as base ids and safetensors files do; JavaScript's `<` differs. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (left !== right) return utf8Rank(left) - utf8Rank(right)
  }
  return a.length - b.length
}

/** Puts surrogates, which stand for what lies above U+FFFF, behind every other code unit. */
function utf8Rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit
}

function sortedTensors(checkpoint: Checkpoint): TensorInfo[] {
  return [...checkpoint.tensors.values()].sort((a, b) => compareNames(a.name, b.name))
}
