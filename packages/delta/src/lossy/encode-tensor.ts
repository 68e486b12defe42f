import { createHash } from 'node:crypto'
import type { AbortOptions } from '@soup/interface'
import {
  type Checkpoint,
  elementCount,
  type FloatDtype,
  isFloatDtype,
  readPieces,
  type Spool,
  type TensorInfo
} from '@soup/tensor'
import { EXACT_PIECE_BYTES } from '../limits.ts'
import { isUnchanged, type PiecePair, readPairs, wholeTensor } from '../pairs.ts'
import { type SpooledTensor, spooledBytes, spooledPieces } from '../spooled.ts'
import { LossSum } from './loss.ts'
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

async function storeAsIs(init: EncodeTensorInit, info: TensorInfo): Promise<EncodedTensor> {
  const { expert, spool, options } = init
  const hash = createHash('sha256')
  let isEqual = true
  for await (const pair of countedPairs(init, info)) {
    hash.update(pair.expert)
    isEqual &&= isUnchanged(pair)
  }
  const sha256 = hash.digest('hex')
  if (isEqual) return { sha256 }
  const offset = spool.sizeBytes
  for await (const piece of readPieces(expert, info.name, options))
    await spool.append(piece, options)
  return { sha256, stored: spooledBytes(info, offset) }
}

/**
 * Decodes what it has encoded: what is hashed and measured is what every decoder will get.
 *
 * @returns undefined where the differences are not finite; what went to the spool is not used then
 */
async function encodeFloats(
  init: EncodeTensorInit,
  info: TensorInfo,
  dtype: FloatDtype
): Promise<EncodedTensor | undefined> {
  const { spool, codec, settings, loss, options } = init
  const pairs = () => countedPairs(init, info)
  const [hash, lost] = [createHash('sha256'), new LossSum()]
  const [offset, lengths]: [number, number[]] = [spool.sizeBytes, []]
  const buffer = new Uint8Array(Math.min(info.sizeBytes, EXACT_PIECE_BYTES))
  const tensor = { dtype, elementCount: elementCount(info.shape)!, pairs }
  const encode = await codec.prepare(tensor, settings)
  for await (const pair of pairs()) {
    const isSame = isUnchanged(pair)
    const bytes = isSame ? new Uint8Array(0) : encode(pair.expert, pair.base)
    if (bytes === undefined) return undefined
    const rebuilt = buffer.subarray(0, pair.base.length)
    rebuilt.set(pair.base)
    if (bytes.length > 0) codec.decode(bytes, rebuilt, dtype)
    hash.update(rebuilt)
    if (!isSame) lost.add(pair.expert, pair.base, rebuilt, dtype)
    const isNeeded = bytes.length > 0 && Buffer.compare(rebuilt, pair.base) !== 0
    lengths.push(isNeeded ? bytes.length : 0)
    if (isNeeded) await spool.append(bytes, options)
  }
  if (!lost.isFinite) return undefined
  loss.merge(lost)
  const sha256 = hash.digest('hex')
  if (spool.sizeBytes === offset) return { sha256 }
  return { sha256, stored: spooledPieces(info.name, lengths, offset) }
}

/** The pieces of a tensor; each counts once it has been dealt with. */
async function* countedPairs(
  { base, expert, advance, options }: EncodeTensorInit,
  info: TensorInfo
): AsyncGenerator<PiecePair> {
  for await (const pair of readPairs(base, expert, wholeTensor(info), options)) {
    yield pair
    advance(pair.expert.length)
  }
}
