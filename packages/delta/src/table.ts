/** Bits of a table's precision. */
const STATE_BITS = 11

/** What the counts of a table sum to. */
export const STATES: number = 2 ** STATE_BITS

/** The token of a number of up to 32 bits: see the package's page. */
export function tokenOf(value: number): number {
  const open = 28 - Math.clz32(value | 8)
  return 8 * open + (value >>> open)
}

/**
 * Scales how often tokens come to counts that sum to {@link STATES}, as near as may be: a token that comes keeps
 * a count.
 *
 * @param frequencies of up to 256 tokens, one at least above 0
 * @returns as many counts
 */
export function scaleCounts(frequencies: Uint32Array): Uint16Array<ArrayBuffer> {
  const counts = new Uint16Array(frequencies.length)
  const total = frequencies.reduce((sum, frequency) => sum + frequency, 0)
  let sum = 0
  for (let i = 0; i < counts.length; i++) {
    if (frequencies[i] === 0) continue
    counts[i] = Math.max(1, Math.round((frequencies[i]! * STATES) / total))
    sum += counts[i]!
  }
  for (; sum < STATES; sum++) counts[mostShort(frequencies, counts)]!++
  for (; sum > STATES; sum--) counts[leastMissed(frequencies, counts)]!--
  return counts
}

/** The token that gains most by one count more, of those that come. */
function mostShort(frequencies: Uint32Array, counts: Uint16Array): number {
  let best = counts.findIndex(count => count > 0)
  for (let i = best + 1; i < counts.length; i++) {
    if (frequencies[i]! * counts[best]! > frequencies[best]! * counts[i]!) best = i
  }
  return best
}

/** The token that loses least by one count less; all keep one. */
function leastMissed(frequencies: Uint32Array, counts: Uint16Array): number {
  let best = -1
  for (let i = 0; i < counts.length; i++) {
    if (counts[i]! < 2) continue
    if (best < 0 || frequencies[i]! * (counts[best]! - 1) < frequencies[best]! * (counts[i]! - 1))
      best = i
  }
  return best
}

/** Writes counts: the last token that comes, then each count up to its, in one byte or two; runs of zeros in two. */
export function writeCounts(counts: Uint16Array): number[] {
  const last = counts.findLastIndex(count => count > 0)
  const bytes = [last]
  for (let token = 0; token <= last; token++) {
    const count = counts[token]!
    if (count >= 128) bytes.push(128 | (count >> 8), count & 255)
    else bytes.push(count)
    if (count > 0) continue
    const from = token
    while (counts[token + 1] === 0) token++
    bytes.push(token - from)
  }
  return bytes
}

/** Bytes that are read one after the other. */
export interface Cursor {
  bytes: Uint8Array
  at: number
}

/** Takes a byte. @throws {RangeError} behind the last */
export function takeByte(from: Cursor): number {
  const byte = from.bytes[from.at++]
  if (byte === undefined) throw new RangeError('it ends too soon')
  return byte
}

/** Takes a number of 32 bits, little endian. @throws {RangeError} when there are no four bytes left */
export function takeUint32(from: Cursor): number {
  const [a, b, c, d] = [takeByte(from), takeByte(from), takeByte(from), takeByte(from)]
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0
}

/**
 * Takes what {@link writeCounts} wrote.
 *
 * @param maxToken the largest token that may come
 * @param counts takes 256 counts, which sum to {@link STATES}
 * @throws {RangeError} when they are no counts of such tokens
 */
export function readCounts(from: Cursor, maxToken: number, counts: Uint16Array): void {
  const last = takeByte(from)
  if (last > maxToken) throw new RangeError(`it has a token ${last}, at most ${maxToken} may be`)
  counts.fill(0)
  let sum = 0
  for (let token = 0; token <= last; token++) {
    const first = takeByte(from)
    const count = first < 128 ? first : ((first & 127) << 8) | takeByte(from)
    if (count === 0) token += takeByte(from)
    else counts[token] = count
    sum += count
  }
  if (sum !== STATES)
    throw new RangeError(`the counts of its tokens sum to ${sum}, expected ${STATES}`)
  if (counts[last] === 0)
    throw new RangeError(`the count of its last token ${last} is 0, expected at least 1`)
}
