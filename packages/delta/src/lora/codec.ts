import type { ProgressOptions } from '@soup/interface'
import { type Checkpoint, describeTensors, firstDifference } from '@soup/tensor'
import { encodeContents, invalid, LORA, payloadContents } from '../contents.ts'
import { verified } from '../verified.ts'

/**
 * Packs an adapter for the network as it is: the payload holds its tensors unchanged, beside a list of their hashes, so
 * that it is exact in the factors and a hundredth of the model's size. Reads everything once, to hash it.
 *
 * @param adapter the tensors of `adapter_model.safetensors`; stays the caller's, and is read again with the payload
 * @returns the payload
 */
export async function encodeLora(
  adapter: Checkpoint,
  options: ProgressOptions = {}
): Promise<Checkpoint> {
  const tensors = await describeTensors(adapter, options)
  const contents = { tensors, metadata: new Map(adapter.metadata) }
  return {
    name: `delta of ${adapter.name}`,
    metadata: encodeContents(contents, LORA),
    tensors: adapter.tensors,
    isSequential: adapter.isSequential,
    open: (name, offset) => adapter.open(name, offset),
    close: () => Promise.resolve()
  }
}

/**
 * Unpacks what {@link encodeLora} packed. Each tensor is hashed as it is read and compared with the payload's list before
 * its last bytes count.
 *
 * @param payload an opened payload; stays the caller's; trusted in nothing
 * @returns the adapter's tensors, with its own metadata; reading a tensor throws {@link DeltaError} `DELTA_SHA256` when
 *   it isn't the listed one
 * @throws {DeltaError} `DELTA_INVALID`, before any data is read
 */
export function decodeLora(payload: Checkpoint): Checkpoint {
  const contents = payloadContents(payload, [LORA])
  const byName = new Map(contents.tensors.map(tensor => [tensor.name, tensor]))
  const difference = firstDifference(byName, payload.tensors)
  if (difference !== undefined) {
    throw invalid(payload, `the list says otherwise: ${difference.problem}`, difference.tensor)
  }
  const { tensors } = payload
  return verified({ payload, contents, tensors, open: name => payload.open(name) })
}
