import type { AbortOptions } from '@soup/interface'
import { type Checkpoint, isFloatDtype, readFloats, type TensorInfo } from '@soup/tensor'
import { InferenceError } from './errors.ts'
import { type PolicyTensor, policyTensors } from './policy-tensors.ts'

/**
 * Checks that a checkpoint holds exactly the tensors of a policy, by names, dtypes and shapes; no tensor
 * is read.
 *
 * @param checkpoint any; not closed here
 * @param layers widths from observation to action
 * @throws {InferenceError} `POLICY_MISMATCH`, naming the tensor
 */
export function checkPolicy(checkpoint: Checkpoint, layers: readonly number[]): void {
  const expected = policyTensors(layers)
  for (const tensor of expected) {
    const flaw = flawOf(tensor, checkpoint.tensors.get(tensor.name))
    if (flaw !== undefined) throw mismatch(checkpoint, tensor.name, flaw)
  }
  const names = new Set(expected.map(({ name }) => name))
  const extra = checkpoint.tensors.keys().find(name => !names.has(name))
  if (extra !== undefined) throw mismatch(checkpoint, extra, 'does not belong to a policy')
}

/**
 * Reads a policy out of a checkpoint, as float32 whatever float dtype it is stored in.
 *
 * @param checkpoint as {@link checkPolicy} wants it, every value finite and every standard deviation
 *   above 0; not closed here
 * @param layers widths from observation to action
 * @returns buffers that belong to the caller
 * @throws {InferenceError} `POLICY_MISMATCH` or `POLICY_NOT_FINITE`, naming the tensor
 * @throws {TensorError} when the checkpoint can't be read
 */
export async function readPolicy(
  checkpoint: Checkpoint,
  layers: readonly number[],
  options: AbortOptions = {}
): Promise<Map<string, Float32Array<ArrayBuffer>>> {
  checkPolicy(checkpoint, layers)
  const tensors = new Map<string, Float32Array<ArrayBuffer>>()
  for (const { name } of policyTensors(layers)) {
    const values = await readFloats(checkpoint, name, options)
    checkValues(checkpoint, name, values)
    tensors.set(name, values)
  }
  return tensors
}

function flawOf(expected: PolicyTensor, tensor: TensorInfo | undefined): string | undefined {
  if (tensor === undefined) return 'is missing'
  if (!isFloatDtype(tensor.dtype)) return `has the dtype ${tensor.dtype}, expected a float`
  if (tensor.shape.join() === expected.shape.join()) return undefined
  return `has the shape [${tensor.shape}], expected [${expected.shape}]`
}

function checkValues(checkpoint: Checkpoint, name: string, values: Float32Array): void {
  const least = name === 'observation.std' ? Number.MIN_VALUE : Number.NEGATIVE_INFINITY
  const index = values.findIndex(value => !Number.isFinite(value) || value < least)
  if (index === -1) return
  const expected = least > 0 ? 'a finite number above 0' : 'a finite number'
  throw new InferenceError(
    'POLICY_NOT_FINITE',
    `${checkpoint.name}: tensor ${JSON.stringify(name)} holds ${values[index]} at ${index}, expected ${expected}`,
    { details: { checkpoint: checkpoint.name, tensor: name, index } }
  )
}

function mismatch(checkpoint: Checkpoint, tensor: string, flaw: string): InferenceError {
  return new InferenceError(
    'POLICY_MISMATCH',
    `${checkpoint.name} is not a policy of the expected layers: tensor ${JSON.stringify(tensor)} ${flaw}`,
    { details: { checkpoint: checkpoint.name, tensor } }
  )
}
