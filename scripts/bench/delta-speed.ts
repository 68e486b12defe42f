import { createHash } from 'node:crypto'
import { decodePiece, EXACT_PIECE_BYTES, elementLayout, encodePiece } from '@soup/delta'
import type { DeltaModel } from './delta-models.ts'

/** Milliseconds for a whole model: sums over its pieces of the median and of the best of several runs. */
export interface Measured {
  median: number
  best: number
}

/** What {@link measureCodec} found. */
export interface CodecTimes {
  storedBytes: number
  encode: Measured
  encodeHashed: Measured
  decode: Measured
  decodeHashed: Measured
}

/**
 * Encodes and decodes all pieces of a model with one thread. Each is brought into the buffers that a file would be
 * read into before the clock runs, so that they are as near to the processor as after reading.
 */
export function measureCodec(model: DeltaModel, runs: number): CodecTimes {
  const layout = elementLayout(model.dtype)
  const none = { median: 0, best: 0 }
  const times = {
    encode: { ...none },
    encodeHashed: { ...none },
    decode: { ...none },
    decodeHashed: { ...none }
  }
  warmUp(model)
  let storedBytes = 0
  const hash = createHash('sha256')
  for (let at = 0; at < model.expert.length; at += EXACT_PIECE_BYTES) {
    const expert = model.expert.slice(at, at + EXACT_PIECE_BYTES)
    const base = model.base.slice(at, at + EXACT_PIECE_BYTES)
    const piece = base.slice()
    let stored: Uint8Array = base
    const encode = () => {
      stored = encodePiece(expert, base, layout)
    }
    const decode = () => decodePiece(stored, piece, layout)
    const reset = () => piece.set(base)
    add(times.encode, runs, encode)
    add(times.encodeHashed, runs, () => {
      hash.update(expert)
      encode()
    })
    add(times.decode, runs, decode, reset)
    add(times.decodeHashed, runs, () => hash.update(decodedBy(decode, piece)), reset)
    if (Buffer.compare(piece, expert) !== 0) throw new Error('decoded to something else')
    storedBytes += stored.length
  }
  return { storedBytes, ...times }
}

/** The engine optimizes kernels while they run. */
function warmUp({ dtype, base, expert }: DeltaModel): void {
  const layout = elementLayout(dtype)
  for (let run = 0; run < 50; run++) {
    const piece = base.slice(0, EXACT_PIECE_BYTES)
    decodePiece(encodePiece(expert.subarray(0, EXACT_PIECE_BYTES), piece, layout), piece, layout)
  }
}

function decodedBy(decode: () => void, piece: Uint8Array): Uint8Array {
  decode()
  return piece
}

/** Times a piece's work and adds it up. */
function add(
  sum: Measured,
  runs: number,
  work: () => unknown,
  before: () => void = () => {}
): void {
  const times = Array.from({ length: runs }, () => {
    before()
    const begin = performance.now()
    work()
    return performance.now() - begin
  }).sort((a, b) => a - b)
  sum.median += times[Math.floor(runs / 2)]!
  sum.best += times[0]!
}
