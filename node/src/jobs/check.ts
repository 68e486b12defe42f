import type { ProgressOptions } from '@soup/interface'
import { checkResult, type ModelSpec, withModel } from './model.ts'

/**
 * Checks that a delta leads to the tensors that its expert's publisher signed. Only its header is read, but
 * that may have 100 MB, which take seconds.
 *
 * @throws NodeError EXPERT_MISMATCH; TensorError and DeltaError where it is no delta
 */
export async function checkJob(
  { id, result, delta }: { id: string; result: string; delta: ModelSpec },
  options: ProgressOptions
): Promise<void> {
  await withModel(delta, async payload => checkResult(id, result, payload), options)
}
