/**
 * Second decoders of lossy pieces of F32, from nothing but what the package's page says of the formats. They are slow
 * and trust their input.
 */
import { zstdDecompressSync } from 'node:zlib'
import type { LossyCodec } from '../../src/lossy/codecs.ts'
import { decodeReference } from '../reference.ts'

const MAX_F32 = (2 - 2 ** -23) * 2 ** 127

/** Decodes a stored piece of at least one byte over the base's. */
export const REFERENCE: Record<LossyCodec, (stored: Buffer, base: Uint8Array) => Uint8Array> = {
  sparse: (stored, base) => {
    const [count, frameBytes] = [stored.readUInt32LE(0), stored.readUInt32LE(4)]
    const gaps = [...zstdDecompressSync(stored.subarray(8, 8 + frameBytes))]
    const positions: number[] = []
    for (let i = 0, next = 0; i < count; i++) {
      for (let byte = 128, scale = 1; byte >= 128; scale *= 128) {
        byte = gaps.shift()!
        next += (byte % 128) * scale
      }
      positions.push(next++)
    }
    const theirs = Buffer.concat(positions.map(at => base.subarray(4 * at, 4 * at + 4)))
    const piece = stored.subarray(8 + frameBytes)
    const isPlain = piece.length === theirs.length
    const ours = isPlain ? piece : decodeReference(piece, theirs, { width: 4, isFloat: true })
    const result = base.slice()
    for (const [i, at] of positions.entries()) result.set(ours.subarray(4 * i, 4 * i + 4), 4 * at)
    return result
  },
  int8: (stored, base) => {
    const length = base.length / 4
    const scales = scalesOf(stored, Math.ceil(length / 64))
    const rest = stored.subarray(2 * scales.length)
    const codes = rest.length === length ? rest : zstdDecompressSync(rest)
    return moved(base, i => (codes[i]! - 128) * scales[Math.floor(i / 64)]!)
  },
  bit1: (stored, base) => {
    const scales = scalesOf(stored, Math.ceil(base.length / 4 / 512))
    const bits = stored.subarray(2 * scales.length)
    return moved(base, i => {
      const isUp = Math.floor(bits[Math.floor(i / 8)]! / 2 ** (i % 8)) % 2 === 1
      return (isUp ? 1 : -1) * scales[Math.floor(i / 512)]!
    })
  }
}

function scalesOf(stored: Buffer, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Buffer.of(0, 0, stored[2 * i]!, stored[2 * i + 1]!).readFloatLE()
  )
}

function moved(base: Uint8Array, step: (i: number) => number): Uint8Array {
  const values = new Float32Array(new Uint8Array(base).buffer)
  for (let i = 0; i < values.length; i++) {
    const sum = Math.fround(values[i]! + step(i))
    if (step(i) !== 0) values[i] = Math.max(-MAX_F32, Math.min(MAX_F32, sum))
  }
  return new Uint8Array(values.buffer)
}
