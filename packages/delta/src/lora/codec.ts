import { createHash } from 'node:crypto'
import type { ProgressOptions } from '@soup/interface'
import {
  type Checkpoint,
  describeTensors,
  firstDifference,
  type TensorDescription,
  type TensorReader,
  tensorInfo
} from '@soup/tensor'
import { encodeContents, invalid, LORA, payloadContents } from '../contents.ts'
import { DeltaError } from '../errors.ts'

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
  return {
    name: payload.name,
    metadata: contents.metadata,
    tensors: payload.tensors,
    isSequential: true,
    open: (name, offset = 0) => {
      const tensor = byName.get(name)
      if (tensor === undefined || offset !== 0)
        throw new RangeError(`${payload.name} has no tensor ${JSON.stringify(name)} from ${offset}`)
      return verifiedReader(payload, tensor)
    },
    close: () => Promise.resolve()
  }
}

/** Hashes what passes through; the read that takes the last byte fails where the hash is another. */
function verifiedReader(payload: Checkpoint, { name, sha256 }: TensorDescription): TensorReader {
  const reader = payload.open(name)
  const hash = createHash('sha256')
  let left = tensorInfo(payload, name).sizeBytes
  return {
    read: async (target, options) => {
      if (target.length > left || target.length === 0) return await reader.read(target, options)
      await reader.read(target, options)
      hash.update(target)
      left -= target.length
      if (left > 0) return
      const got = hash.digest('hex')
      if (got !== sha256) throw mismatch(payload, name, sha256, got)
    }
  }
}

function mismatch(payload: Checkpoint, tensor: string, expected: string, got: string): DeltaError {
  return new DeltaError(
    'DELTA_SHA256',
    `tensor ${JSON.stringify(tensor)} of ${payload.name} is ${got}, expected ${expected}: the payload is damaged`,
    { details: { payload: payload.name, tensor, expected, got } }
  )
}
