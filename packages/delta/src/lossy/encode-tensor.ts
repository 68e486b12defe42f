import { createHash } from 'node:crypto'
import type { AbortOptions } from '@soup/interface'
import {
  type Checkpoint,
  elementCount,
  type FloatDtype,
  isFloatDtype,
  type Spool,
  type TensorInfo
} from '@soup/tensor'
import { EXACT_PIECE_BYTES } from '../limits.ts'
import { type SpooledTensor, spooledPieces } from '../spooled.ts'
import { LossSum } from './loss.ts'
import { isUnchanged, readPairs } from './pairs.ts'
import type { LossySettings, PieceCodec } from './piece-codec.ts'

/** What encoding a tensor needs besides its name. */
export interface EncodeTensorInit {
  base: Checkpoint
  expert: Checkpoint
  spool: Spool
  codec: PieceCodec
  settings: LossySettings
  /** Takes what is lost. */
  loss: LossSum
  /** Called with the bytes of each piece that has been read. */
  advance(bytes: number): void
  options: AbortOptions
}

/** A tensor as the payload lists and stores it. */
export interface EncodedTensor {
  /** SHA-256 of what decoding gives. */
  sha256: string
  /** Nothing where that equals the base's. */
  stored?: SpooledTensor
}

/**
 * Encodes one tensor of an expert into the spool: with the codec where it is of float dtype and its differences are
 * finite, else (integers, packed and unknown dtypes, NaN and infinities) as it is.
 */
export async function encodeTensor(
  init: EncodeTensorInit,
  info: TensorInfo
): Promise<EncodedTensor> {
  const { dtype } = info
  const coded = isFloatDtype(dtype) ? await encodeFloats(init, info, dtype) : undefined
  return coded ?? storeAsIs(init, info)
}

async function storeAsIs(
  { base, expert, spool, advance, options }: EncodeTensorInit,
  info: TensorInfo
): Promise<EncodedTensor> {
  const hash = createHash('sha256')
  const offset = spool.sizeBytes
  let isEqual = true
  for await (const pair of readPairs(base, expert, info, advance, options)) {
    hash.update(pair.expert)
    isEqual &&= isUnchanged(pair)
    await spool.append(pair.expert, options)
  }
  const sha256 = hash.digest('hex')
  return isEqual ? { sha256 } : { sha256, stored: { info, head: new Uint8Array(0), offset } }
}

/**
 * Decodes what it has encoded: what is hashed and measured is what every decoder will get.
 *
 * @returns undefined where the differences are not finite; what went to the spool is not used then
 */
async function encodeFloats(
  { base, expert, spool, codec, settings, loss, advance, options }: EncodeTensorInit,
  info: TensorInfo,
  dtype: FloatDtype
): Promise<EncodedTensor | undefined> {
  const pairs = () => readPairs(base, expert, info, advance, options)
  const [hash, lost] = [createHash('sha256'), new LossSum()]
  const [offset, lengths]: [number, number[]] = [spool.sizeBytes, []]
  const buffer = new Uint8Array(EXACT_PIECE_BYTES)
  const tensor = { dtype, elementCount: elementCount(info.shape)!, pairs }
  const encode = await codec.prepare(tensor, settings)
  for await (const pair of pairs()) {
    const bytes = isUnchanged(pair) ? new Uint8Array(0) : encode(pair.expert, pair.base)
    if (bytes === undefined) return undefined
    const rebuilt = buffer.subarray(0, pair.base.length)
    rebuilt.set(pair.base)
    if (bytes.length > 0) codec.decode(bytes, rebuilt, dtype)
    hash.update(rebuilt)
    if (!isUnchanged(pair)) lost.add(pair.expert, pair.base, rebuilt, dtype)
    const isNeeded = Buffer.compare(rebuilt, pair.base) !== 0
    lengths.push(isNeeded ? bytes.length : 0)
    if (isNeeded) await spool.append(bytes, options)
  }
  if (!lost.isFinite) return undefined
  loss.merge(lost)
  const sha256 = hash.digest('hex')
  if (spool.sizeBytes === offset) return { sha256 }
  return { sha256, stored: spooledPieces(info.name, lengths, offset) }
}
