import { createHash } from 'node:crypto'
import type { AbortOptions, ProgressOptions } from '@soup/interface'
import {
  type Checkpoint,
  checkpointBytes,
  cursor,
  pieceSizes,
  readInto,
  type Spool,
  type TensorDescription,
  type TensorInfo,
  type TensorReader,
  tensorInfo
} from '@soup/tensor'
import { encodeContents, requireSameTensors } from './contents.ts'
import { elementLayout } from './difference.ts'
import { encodePiece } from './piece.ts'

/** One tensor's encoded pieces: where they lie in the spool, behind a table of their lengths. */
interface StoredTensor {
  table: Uint8Array
  offset: number
  sizeBytes: number
}

/**
 * Encodes what turns the base into the expert, so that it can be undone bit for bit. Reads both once;
 * memory is bounded by a few pieces and 4 bytes for each MiB of the model.
 *
 * @param base what both sides have
 * @param expert tensors of the same names, dtypes and shapes
 * @param spool takes the encoded pieces, whose sizes must be known before a safetensors file can begin;
 *   stays the caller's, to be closed after the payload has been written
 * @returns the payload, in the format that the package's page describes
 * @throws {DeltaError} `DELTA_MISMATCH`, before anything is read
 */
export async function encodeExact(
  base: Checkpoint,
  expert: Checkpoint,
  spool: Spool,
  options: ProgressOptions = {}
): Promise<Checkpoint> {
  requireSameTensors(base, expert, expert.tensors)
  const tensors: TensorDescription[] = []
  const stored = new Map<string, StoredTensor>()
  const total = checkpointBytes(expert)
  let done = 0
  const advance = (bytes: number) => {
    done += bytes
    options.onProgress?.({ stage: 'encode delta', done, total, unit: 'bytes' })
  }
  advance(0)
  for (const info of expert.tensors.values()) {
    const offset = spool.sizeBytes
    const encoded = await encodeTensor(base, expert, info, spool, advance, options)
    const { name, dtype, shape } = info
    tensors.push({ name, dtype, shape, sha256: encoded.sha256 })
    const storedBytes = spool.sizeBytes - offset
    if (storedBytes === 0) continue
    const { table } = encoded
    stored.set(name, { table, offset, sizeBytes: table.length + storedBytes })
  }
  return payload(
    `delta of ${expert.name}`,
    encodeContents({ tensors, metadata: new Map(expert.metadata) }),
    stored,
    spool
  )
}

async function encodeTensor(
  base: Checkpoint,
  expert: Checkpoint,
  { name, dtype, sizeBytes }: TensorInfo,
  spool: Spool,
  advance: (bytes: number) => void,
  options: AbortOptions
): Promise<{ sha256: string; table: Uint8Array }> {
  const layout = elementLayout(dtype)
  const hash = createHash('sha256')
  const lengths: number[] = []
  const [expertReader, baseReader] = [expert.open(name), base.open(name)]
  for (const size of pieceSizes(sizeBytes)) {
    const [ours, theirs] = [new Uint8Array(size), new Uint8Array(size)]
    await expertReader.read(ours, options)
    await baseReader.read(theirs, options)
    hash.update(ours)
    const bytes = encodePiece(ours, theirs, layout)
    lengths.push(bytes.length)
    if (bytes.length > 0) await spool.append(bytes, options)
    advance(size)
  }
  return { sha256: hash.digest('hex'), table: new Uint8Array(Uint32Array.from(lengths).buffer) }
}

function payload(
  name: string,
  metadata: Map<string, string>,
  stored: ReadonlyMap<string, StoredTensor>,
  spool: Spool
): Checkpoint {
  const tensors = new Map<string, TensorInfo>()
  for (const [tensor, { sizeBytes }] of stored) {
    tensors.set(tensor, { name: tensor, dtype: 'U8', shape: [sizeBytes], sizeBytes })
  }
  return {
    name,
    metadata,
    tensors,
    isSequential: false,
    open: (tensor, at = 0) =>
      readStored(stored.get(tensor)!, tensorInfo({ name, tensors }, tensor), at, spool),
    close: () => Promise.resolve()
  }
}

/** The table, then the pieces, which lie behind one another in the spool. */
function readStored(
  { table, offset }: StoredTensor,
  info: TensorInfo,
  from: number,
  spool: Spool
): TensorReader {
  const take = cursor(info, from)
  return {
    read: async (target, options) => {
      const at = take(target.length)
      const head = table.subarray(at, at + target.length)
      target.set(head)
      const rest = target.subarray(head.length)
      const start = offset + Math.max(0, at - table.length)
      if (rest.length > 0) await readInto(spool, start, rest, options)
    }
  }
}
