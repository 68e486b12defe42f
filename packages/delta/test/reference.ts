/**
 * A second decoder of pieces of `exact/2`, in plain JavaScript and nothing but what the package's page says of the
 * format. It is slow and trusts its input.
 */
import type { ElementLayout } from '../src/difference.ts'

/** z = zigzag(κ(θᵢ) − κ(θ₀) mod 2ⁿ) of two n-bit patterns. */
export function zigzagDifference(
  expert: bigint,
  base: bigint,
  n: number,
  isFloat: boolean
): bigint {
  const difference = BigInt.asIntN(n, key(expert, n, isFloat) - key(base, n, isFloat))
  return BigInt.asUintN(n, difference >= 0n ? 2n * difference : -2n * difference - 1n)
}

function key(pattern: bigint, n: number, isFloat: boolean): bigint {
  const top = 1n << BigInt(n - 1)
  if (!isFloat) return pattern
  return pattern & top ? BigInt.asUintN(n, ~pattern) : pattern | top
}

function unkey(key: bigint, n: number, isFloat: boolean): bigint {
  const top = 1n << BigInt(n - 1)
  if (!isFloat) return key
  return key & top ? key ^ top : BigInt.asUintN(n, ~key)
}

/** The elements of a piece as patterns. */
export function patterns(bytes: Uint8Array, width: number): bigint[] {
  return Array.from({ length: bytes.length / width }, (_, i) =>
    bytes
      .subarray(i * width, (i + 1) * width)
      .reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
  )
}

/** The bytes of patterns. */
export function toBytes(values: readonly bigint[], width: number): Uint8Array {
  return Uint8Array.from(
    values.flatMap(value =>
      Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
    )
  )
}

/** Decodes a piece that is neither equal to the base's nor stored as it is. */
export function decodeReference(
  stored: Uint8Array,
  base: Uint8Array,
  { width, isFloat }: ElementLayout
): Uint8Array {
  const n = 8 * width
  const theirs = patterns(base, width)
  const bytes = { at: 0, stored }
  const low = readRow(bytes, theirs.length, Math.min(width, 4))
  const high = width === 8 ? readRow(bytes, theirs.length, 4) : undefined
  if (bytes.at !== stored.length) throw new Error('bytes are left')
  const ours = theirs.map((pattern, i) => {
    const z = low[i]! | ((high?.[i] ?? 0n) << 32n)
    const difference = z & 1n ? -(z + 1n) / 2n : z / 2n
    return unkey(BigInt.asUintN(n, key(pattern, n, isFloat) + difference), n, isFloat)
  })
  return toBytes(ours, width)
}

interface Bytes {
  stored: Uint8Array
  at: number
}

const take = (from: Bytes) => from.stored[from.at++]!
const takeNumber = (from: Bytes, width: number) =>
  Array.from({ length: width }, () => take(from)).reduce((sum, byte, i) => sum + byte * 256 ** i, 0)

function readRow(from: Bytes, length: number, width: number): bigint[] {
  const kind = take(from)
  if (kind === 1) {
    const rest = Array.from({ length: length % 4 }, () => BigInt(takeNumber(from, width)))
    if (length < 4) return rest
    const table = readTable(from)
    const bits = readBits(from)
    const states = [0, 1, 2, 3].map(() => bits(11))
    const row = Array.from({ length: length - rest.length }, (_, i) => {
      const [value, state] = step(table, states[i % 4]!, bits)
      states[i % 4] = state
      return value
    })
    return [...row, ...rest]
  }
  const count = takeNumber(from, 4)
  const [gapTable, table] = [readTable(from), readTable(from)]
  const bits = readBits(from)
  let [gapState, state] = [bits(11), bits(11)]
  const row: bigint[] = []
  for (let i = 0; i < count; i++) {
    let [gap, value] = [0n, 0n]
    ;[gap, gapState] = step(gapTable, gapState, bits)
    ;[value, state] = step(table, state, bits)
    for (; gap > 0n; gap--) row.push(0n)
    row.push(value + 1n)
  }
  while (row.length < length) row.push(0n)
  return row
}

/** The token and the rank (from its count on) of every state. */
function readTable(from: Bytes): { token: number; rank: number }[] {
  const last = take(from)
  const states: { token: number; rank: number }[] = []
  let place = 0
  for (let token = 0; token <= last; token++) {
    let count = take(from)
    if (count >= 128) count = (count - 128) * 256 + take(from)
    if (count === 0) token += take(from)
    for (let i = 0; i < count; i++, place = (place + 1283) % 2048)
      states[place] = { token, rank: 0 }
    const mine = states.filter(state => state?.token === token)
    for (const [i, state] of mine.entries()) state.rank = count + i
  }
  return states
}

function readBits(from: Bytes): (count: number) => number {
  const size = takeNumber(from, 4)
  const bytes = from.stored.subarray(from.at, from.at + Math.ceil(size / 8))
  from.at += bytes.length
  let at = bytes.length * 8 - size
  return count => {
    let value = 0
    for (let i = 0; i < count; i++, at++) value += ((bytes[at >> 3]! >> (at & 7)) & 1) * 2 ** i
    return value
  }
}

function step(
  table: readonly { token: number; rank: number }[],
  state: number,
  bits: (count: number) => number
): [value: bigint, state: number] {
  const { token, rank } = table[state]!
  const count = 11 - Math.floor(Math.log2(rank))
  const next = rank * 2 ** count - 2048 + bits(count)
  const open = token < 16 ? 0 : Math.floor(token / 8) - 1
  return [BigInt((token - 8 * open) * 2 ** open + bits(open)), next]
}
