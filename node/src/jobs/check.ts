import type { ProgressOptions } from '@soup/interface'
import { unpackModel } from '@soup/tensor'
import { openPacked, type PackedSpec } from './model.ts'
import { checkResult } from './open-expert.ts'

/**
 * Checks that a delta leads to the tensors that its expert's publisher signed. Only its header is read, but
 * that may have 100 MB, which take seconds.
 *
 * @throws NodeError EXPERT_MISMATCH; TensorError and DeltaError where it is no delta
 */
export async function checkJob(
  { id, result, delta }: { id: string; result: string; delta: PackedSpec },
  options: ProgressOptions
): Promise<void> {
  const packed = await openPacked(delta, options)
  try {
    checkResult(id, result, unpackModel(packed))
  } finally {
    await packed.close()
  }
}
