import {
  BYTES,
  COUNTS,
  DEALT,
  GAP_TABLE,
  GAP_TOKENS,
  GAPS,
  kernel,
  NUMBERS,
  STREAM,
  STREAM_END,
  TABLE,
  TABLE_COUNTS,
  TOKENS
} from './kernels.ts'
import {
  type Cursor,
  readCounts,
  scaleCounts,
  takeByte,
  takeUint32,
  tokenOf,
  writeCounts
} from './table.ts'

/** Bytes of a number in a row. */
export type Width = 1 | 2 | 4

/** Kinds of streams. */
const DENSE = 1
const SPARSE = 2

/** Numbers that take turns in a dense stream. */
const TURNS = 4

/** A row of which at most one in so many numbers isn't 0 is written as a list of those. */
const MIN_SPARSITY = 4

const rowCounts = new Uint32Array(BYTES.buffer, COUNTS, 4 * 256)
const tableCounts = new Uint16Array(BYTES.buffer, TABLE_COUNTS, 256)

const kernels = (name: string) => ({
  1: kernel(`${name}8`),
  2: kernel(`${name}16`),
  4: kernel(`${name}32`)
})
const countOthers = kernels('others')
const tokenize = kernels('tokenize')
const listNumbers = kernels('list')
const encodeDense = kernels('encodeDense')
const decodeDense = kernels('decodeDense')
const decodeSparse = kernels('decodeSparse')
const countTokens = kernel('count')
const encodeSparse = kernel('encodeSparse')
const makeEncoder = kernel('makeEncoder')
const makeDecoder = kernel('makeDecoder')

/**
 * Encodes a row of numbers in the kernels' memory, near zero for the most part.
 *
 * @param z the row's address
 * @param length numbers, at least one
 * @returns a stream in parts, in the format that the package's page describes; they hold until the next call
 */
export function encodeStream(z: number, length: number, width: Width): Uint8Array[] {
  BYTES.fill(0, z + length * width, z + length * width + 16)
  const most = Math.floor(length / MIN_SPARSITY)
  const others = countOthers[width](z, length, most)
  return others > 0 && others <= most
    ? encodeList(z, length, width, others)
    : encodeRow(z, length, width)
}

function encodeRow(z: number, length: number, width: Width): Uint8Array[] {
  const turns = length - (length % TURNS)
  const rest = BYTES.slice(z + turns * width, z + length * width)
  if (turns === 0) return [Uint8Array.of(DENSE), rest]
  const table = writeEncoder(frequenciesOf(z, turns, width, TOKENS), TABLE)
  const bits = encodeDense[width](z, TOKENS, turns, STREAM_END)
  return [Uint8Array.of(DENSE), rest, Uint8Array.from(table), ...written(bits)]
}

function encodeList(z: number, length: number, width: Width, listed: number): Uint8Array[] {
  listNumbers[width](z, length, GAPS, NUMBERS)
  const gapTable = writeEncoder(frequenciesOf(GAPS, listed, 4, GAP_TOKENS), GAP_TABLE)
  const table = writeEncoder(frequenciesOf(NUMBERS, listed, 4, TOKENS), TABLE)
  const lists = [GAPS, GAP_TOKENS, NUMBERS, TOKENS]
  const bits = encodeSparse(...lists, listed, STREAM_END)
  const head = Uint8Array.from([SPARSE, ...uint32(listed), ...gapTable, ...table])
  return [head, ...written(bits)]
}

/** The bits that a kernel has just written, behind their count; they hold until it writes again. */
function written(bits: number): Uint8Array[] {
  const bytes = Math.ceil(bits / 8)
  return [Uint8Array.from(uint32(bits)), BYTES.subarray(STREAM_END - bytes, STREAM_END)]
}

function uint32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]
}

/** Writes the tokens of a row. @returns how often each of 256 comes */
function frequenciesOf(z: number, length: number, width: Width, tokens: number): Uint32Array {
  tokenize[width](z, length, tokens)
  rowCounts.fill(0)
  countTokens(tokens, length, COUNTS)
  const sums = rowCounts.slice(0, 256)
  for (let i = 256; i < rowCounts.length; i++) sums[i % 256]! += rowCounts[i]!
  return sums
}

function writeEncoder(frequencies: Uint32Array, table: number): number[] {
  const counts = scaleCounts(frequencies)
  tableCounts.set(counts)
  makeEncoder(TABLE_COUNTS, DEALT, table)
  return writeCounts(counts)
}

/**
 * Decodes a stream into a row in the kernels' memory.
 *
 * @param from begins at the stream, ends behind it; its bytes are at most a piece's
 * @param z the row's address
 * @param length numbers
 * @throws {RangeError} when the bytes are no stream of such a row; the row then holds anything
 */
export function decodeStream(from: Cursor, z: number, length: number, width: Width): void {
  const kind = takeByte(from)
  if (kind === DENSE) decodeRow(from, z, length, width)
  else if (kind === SPARSE) decodeList(from, z, length, width)
  else throw new RangeError(`its stream is of kind ${kind}`)
}

function decodeRow(from: Cursor, z: number, length: number, width: Width): void {
  const turns = length - (length % TURNS)
  for (let at = z + turns * width; at < z + length * width; at++) BYTES[at] = takeByte(from)
  if (turns === 0) return
  readDecoder(from, maxToken(width), TABLE, width < 4)
  const [begin, end] = takeBits(from)
  check(decodeDense[width](STREAM, begin, end, z, turns))
}

function decodeList(from: Cursor, z: number, length: number, width: Width): void {
  const listed = takeUint32(from)
  if (listed > length) throw new RangeError(`it lists ${listed} of ${length} numbers`)
  readDecoder(from, tokenOf(length), GAP_TABLE)
  readDecoder(from, maxToken(width), TABLE)
  const [begin, end] = takeBits(from)
  BYTES.fill(0, z, z + length * width)
  check(decodeSparse[width](STREAM, begin, end, listed, z, length))
}

/** Brings a stream's bits into the kernels' memory. @returns the first bit and the one behind the last */
function takeBits(from: Cursor): [begin: number, end: number] {
  const bits = takeUint32(from)
  const bytes = Math.ceil(bits / 8)
  if (bytes > from.bytes.length - from.at)
    throw new RangeError(`it claims ${bits} bits, ${from.bytes.length - from.at} bytes are left`)
  BYTES.set(from.bytes.subarray(from.at, from.at + bytes), STREAM)
  from.at += bytes
  return [bytes * 8 - bits, bytes * 8]
}

/** @param isNarrow whether entries are to be those for rows of numbers up to 16 bits */
function readDecoder(from: Cursor, largest: number, table: number, isNarrow = false): void {
  readCounts(from, largest, tableCounts)
  makeDecoder(TABLE_COUNTS, DEALT, table, isNarrow ? 1 : 0)
}

function maxToken(width: Width): number {
  return tokenOf(2 ** (8 * width) - 1)
}

function check(failure: number): void {
  if (failure !== 0) throw new RangeError('its stream does not end where it should')
}
