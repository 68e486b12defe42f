import type { ProgressOptions } from '@soup/interface'
import { unpackModel } from '@soup/tensor'
import { openPacked, type PackedSpec } from './model.ts'
import { checkResult, type SignedDelta } from './open-expert.ts'

/**
 * Checks that a delta leads to the tensors that its expert's publisher signed. Only its header is read, but
 * that may have 100 MB, which take seconds.
 *
 * @throws NodeError EXPERT_MISMATCH; TensorError and DeltaError where it is no delta
 */
export async function checkJob(
  { delta, ...signed }: SignedDelta & { delta: PackedSpec },
  options: ProgressOptions
): Promise<void> {
  const packed = await openPacked(delta, options)
  try {
    checkResult(signed, unpackModel(packed))
  } finally {
    await packed.close()
  }
}
