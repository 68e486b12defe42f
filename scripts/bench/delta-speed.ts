import { createHash } from 'node:crypto'
import { decodePiece, EXACT_PIECE_BYTES, elementLayout, encodePiece } from '@soup/delta'
import type { DeltaModel } from './delta-models.ts'

/** What {@link measureCodec} found; the thread's own CPU times in ms for the whole model, one for each run. */
export interface CodecTimes {
  storedBytes: number
  encode: number[]
  encodeHashed: number[]
  decode: number[]
  decodeHashed: number[]
}

/** Encodes and decodes all pieces of a model in memory, with one thread. */
export function measureCodec(model: DeltaModel, runs: number): CodecTimes {
  const stored = encode(model, false)
  const times: CodecTimes = {
    storedBytes: stored.reduce((sum, { length }) => sum + length, 0),
    encode: [],
    encodeHashed: [],
    decode: [],
    decodeHashed: []
  }
  for (let run = 0; run < runs; run++) {
    times.encode.push(time(() => encode(model, false)))
    times.encodeHashed.push(time(() => encode(model, true)))
    const [plain, hashed] = [model.base.slice(), model.base.slice()]
    times.decode.push(time(() => decode(model, stored, plain, false)))
    times.decodeHashed.push(time(() => decode(model, stored, hashed, true)))
    if (Buffer.compare(plain, model.expert) !== 0) throw new Error('decoded to something else')
  }
  return times
}

function encode({ dtype, base, expert }: DeltaModel, isHashed: boolean): Uint8Array[] {
  const layout = elementLayout(dtype)
  const hash = createHash('sha256')
  const stored: Uint8Array[] = []
  for (let at = 0; at < expert.length; at += EXACT_PIECE_BYTES) {
    const piece = expert.subarray(at, at + EXACT_PIECE_BYTES)
    if (isHashed) hash.update(piece)
    stored.push(encodePiece(piece, base.subarray(at, at + EXACT_PIECE_BYTES), layout))
  }
  return stored
}

/** @param into the base, which becomes the expert */
function decode(
  { dtype }: DeltaModel,
  stored: readonly Uint8Array[],
  into: Uint8Array,
  isHashed: boolean
): void {
  const layout = elementLayout(dtype)
  const hash = createHash('sha256')
  for (const [i, bytes] of stored.entries()) {
    const piece = into.subarray(i * EXACT_PIECE_BYTES, (i + 1) * EXACT_PIECE_BYTES)
    decodePiece(bytes, piece, layout)
    if (isHashed) hash.update(piece)
  }
}

/** CPU time, for other programs on the machine take turns with this one. */
function time(work: () => unknown): number {
  const begin = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(begin)
  return (user + system) / 1000
}
