/** What a pattern allows in one place: characters of some classes or ranges, or all but these. */
export interface CharacterSet {
  /** Bits of {@link CLASSES}. */
  readonly classes: number
  /** First and last code point of each range, sorted, none overlapping another. */
  readonly ranges: Uint32Array
  readonly isNegative: boolean
}

/** Bits of the classes that a backslash names. Each character has one of every two: `\d` or `\D`. */
export const CLASSES: ReadonlyMap<string, number> = new Map([
  ['d', 1],
  ['D', 2],
  ['s', 4],
  ['S', 8],
  ['w', 16],
  ['W', 32]
])

/** The bit of `\w`. */
export const WORD = 16

/** A name as patterns see it: told apart once, so that a test of a character takes the same time for any set. */
export interface Subject {
  readonly codes: Uint32Array
  /** Bits of {@link CLASSES} of each character. */
  readonly classes: Uint8Array
}

/** Takes a name apart. */
export function subjectOf(name: string): Subject {
  const [codes, classes] = [new Uint32Array(name.length), new Uint8Array(name.length)]
  let length = 0
  for (let i = 0; i < name.length; length++) {
    const code = name.codePointAt(i)!
    codes[length] = code
    classes[length] = classesOf(code)
    i += code > 0xffff ? 2 : 1
  }
  return { codes: codes.subarray(0, length), classes: classes.subarray(0, length) }
}

/**
 * Makes a set.
 *
 * @param ranges first and last code points, in any order
 */
export function characterSet(
  ranges: readonly (readonly [number, number])[],
  classes = 0,
  isNegative = false
): CharacterSet {
  const merged: number[] = []
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
    const end = merged.at(-1)
    if (end !== undefined && first <= end) merged[merged.length - 1] = Math.max(end, last)
    else merged.push(first, last)
  }
  return { ranges: Uint32Array.from(merged), classes, isNegative }
}

/** Tells whether a set allows the character at a place of a name. */
export function allows(set: CharacterSet, { codes, classes }: Subject, at: number): boolean {
  const isMember = (classes[at]! & set.classes) !== 0 || isInRanges(set.ranges, codes[at]!)
  return isMember !== set.isNegative
}

/** The number of bounds below a code point, or at it where they begin a range, is odd within a range. */
function isInRanges(bounds: Uint32Array, code: number): boolean {
  let [low, high] = [0, bounds.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const bound = bounds[middle]!
    if (bound < code || (bound === code && middle % 2 === 0)) low = middle + 1
    else high = middle
  }
  return low % 2 === 1
}

/** As Python sees them, which knows letters of every alphabet. */
function classify(code: number): number {
  const character = String.fromCodePoint(code)
  const isDigit = /^\p{Nd}$/u.test(character)
  const isSpace = /^\s$/u.test(character)
  const isWord = /^[\p{L}\p{N}_]$/u.test(character)
  return (isDigit ? 1 : 2) | (isSpace ? 4 : 8) | (isWord ? WORD : 32)
}

/** What is known of each code point; 0 until it is asked for. */
const known = new Uint8Array(0x110000)

function classesOf(code: number): number {
  known[code] ||= classify(code)
  return known[code]!
}
