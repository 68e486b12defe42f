import { createHash } from 'node:crypto'
import type { AbortOptions } from '@soup/interface'
import {
  type Checkpoint,
  elementCount,
  type FloatDtype,
  type Spool,
  type TensorInfo
} from '@soup/tensor'
import { encodePieceTable } from '../piece-table.ts'
import type { SpooledTensor } from '../spooled.ts'
import type { LossSum } from './loss.ts'
import { classify, isUnchanged, readPairs } from './pairs.ts'
import type { LossySettings, PieceCodec, PiecePair } from './piece-codec.ts'
import { decodeValues } from './values.ts'

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

/** Encodes one tensor of an expert into the spool. */
export async function encodeTensor(
  init: EncodeTensorInit,
  info: TensorInfo
): Promise<EncodedTensor> {
  const { base, expert, advance, options } = init
  const pairs = () => readPairs(base, expert, info, advance, options)
  const kind = await classify(info, pairs())
  if (kind === 'coded') return encodeFloats(init, info, pairs)
  return storeAsIs(init, info, pairs, kind === 'equal')
}

async function storeAsIs(
  { spool, options }: EncodeTensorInit,
  info: TensorInfo,
  pairs: () => AsyncIterable<PiecePair>,
  isEqual: boolean
): Promise<EncodedTensor> {
  const hash = createHash('sha256')
  const offset = spool.sizeBytes
  for await (const { expert } of pairs()) {
    hash.update(expert)
    if (!isEqual) await spool.append(expert, options)
  }
  const sha256 = hash.digest('hex')
  return isEqual ? { sha256 } : { sha256, stored: { info, head: new Uint8Array(0), offset } }
}

/** Decodes what it has encoded: what is hashed and measured is what every decoder will get. */
async function encodeFloats(
  { spool, codec, settings, loss, options }: EncodeTensorInit,
  { name, dtype: anyDtype, shape }: TensorInfo,
  pairs: () => AsyncIterable<PiecePair>
): Promise<EncodedTensor> {
  const dtype = anyDtype as FloatDtype
  const hash = createHash('sha256')
  const [offset, lengths]: [number, number[]] = [spool.sizeBytes, []]
  const tensor = { dtype, elementCount: elementCount(shape)!, pairs }
  const encode = await codec.prepare(tensor, settings)
  for await (const pair of pairs()) {
    const { expert, base } = pair
    const bytes = isUnchanged(pair) ? new Uint8Array(0) : encode(expert, base)
    const rebuilt = bytes.length === 0 ? base : codec.decode(bytes, base, dtype)
    hash.update(rebuilt)
    if (!isUnchanged(pair)) addLoss(loss, expert, base, rebuilt, dtype)
    const isNeeded = Buffer.compare(rebuilt, base) !== 0
    lengths.push(isNeeded ? bytes.length : 0)
    if (isNeeded) await spool.append(bytes, options)
  }
  const sha256 = hash.digest('hex')
  if (spool.sizeBytes === offset) return { sha256 }
  const head = encodePieceTable(lengths)
  const sizeBytes = head.length + spool.sizeBytes - offset
  return {
    sha256,
    stored: { info: { name, dtype: 'U8', shape: [sizeBytes], sizeBytes }, head, offset }
  }
}

function addLoss(
  loss: LossSum,
  expert: Uint8Array,
  base: Uint8Array,
  rebuilt: Uint8Array,
  dtype: FloatDtype
): void {
  loss.add(decodeValues(expert, dtype), decodeValues(base, dtype), decodeValues(rebuilt, dtype))
}
