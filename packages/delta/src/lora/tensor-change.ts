import type { AbortOptions } from '@soup/interface'
import { type Checkpoint, isFloatDtype, tensorInfo } from '@soup/tensor'
import { isUnchanged, readPairs, wholeTensor } from '../pairs.ts'
import { differenceRows, squaredNorm } from './difference-rows.ts'

/** Whether a tensor changed, and by how much. */
export interface TensorChange {
  readonly isChanged: boolean
  /** ‖θᵢ − θ₀‖²_F; undefined where the tensor isn't of floats, or the difference isn't finite. */
  readonly squaredNorm: number | undefined
}

/** Compares one tensor of the base and of the expert, of any dtype and shape, in bounded memory. */
export async function tensorChange(
  base: Checkpoint,
  expert: Checkpoint,
  name: string,
  options?: AbortOptions
): Promise<TensorChange> {
  if (!isFloatDtype(tensorInfo(base, name).dtype)) {
    return { isChanged: await differs(base, expert, name, options), squaredNorm: undefined }
  }
  let sum = 0
  for await (const block of differenceRows(base, expert, name, 1, options)) {
    sum += squaredNorm(block)
  }
  return { isChanged: sum !== 0, squaredNorm: Number.isFinite(sum) ? sum : undefined }
}

async function differs(
  base: Checkpoint,
  expert: Checkpoint,
  name: string,
  options?: AbortOptions
): Promise<boolean> {
  const whole = wholeTensor(tensorInfo(base, name))
  let isDifferent = false
  // To the end: what was read counts only then.
  for await (const pair of readPairs(base, expert, whole, options))
    isDifferent ||= !isUnchanged(pair)
  return isDifferent
}
