import { constants, zstdCompressSync } from 'node:zlib'
import { type DeltaModel, elementBytes } from './delta-models.ts'

/**
 * The order-0 entropy of all differences, as whole numbers: Σ log₂(n / how often z comes) / 8.
 *
 * Of F32 it is too low: so few of the numbers that could come are drawn that it learns the draws by heart.
 */
export function entropyBytes(model: DeltaModel): number {
  const z = differences(model).sort()
  let bits = 0
  for (let begin = 0, end = 0; begin < z.length; begin = end) {
    while (end < z.length && z[end] === z[begin]) end++
    bits += (end - begin) * Math.log2(z.length / (end - begin))
  }
  return bits / 8
}

/** What `exact/1` stored: pieces of 1 MiB, zstd level 1 on byte planes. */
export function zstdBytes(model: DeltaModel): number {
  const width = elementBytes(model)
  const z = differences(model)
  const length = 2 ** 20 / width
  let sum = 0
  for (let begin = 0; begin < z.length; begin += length) {
    const part = z.subarray(begin, begin + length)
    const planes = new Uint8Array(part.length * width)
    for (let plane = 0; plane < width; plane++) {
      for (let i = 0; i < part.length; i++)
        planes[plane * part.length + i] = part[i]! >> (8 * plane)
    }
    const params = { [constants.ZSTD_c_compressionLevel]: 1 }
    sum += Math.min(planes.length, zstdCompressSync(planes, { params }).length)
  }
  return sum
}

/** zigzag(κ(θᵢ) − κ(θ₀) mod 2ⁿ) */
function differences(model: DeltaModel): Uint32Array {
  const shift = 32 - 8 * elementBytes(model)
  const [expert, base] = [patterns(model, model.expert), patterns(model, model.base)]
  const z = new Uint32Array(base.length)
  for (let i = 0; i < z.length; i++) {
    const difference = (key(expert[i]! << shift) - key(base[i]! << shift)) | 0
    z[i] = ((difference << 1) ^ ((difference >> 31) << shift)) >>> shift
  }
  return z
}

/** κ of a pattern in the upper bits of a number. */
function key(pattern: number): number {
  return pattern < 0 ? ~pattern : pattern ^ (1 << 31)
}

function patterns(model: DeltaModel, bytes: Uint8Array): Uint16Array | Uint32Array {
  const { buffer, byteOffset, length } = bytes
  return elementBytes(model) === 2
    ? new Uint16Array(buffer, byteOffset, length / 2)
    : new Uint32Array(buffer, byteOffset, length / 4)
}
