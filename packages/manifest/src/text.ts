const encoder = new TextEncoder()

/**
 * C0 and C1 controls, line and paragraph separators, and the marks that reorder text: a name with any
 * of these could rewrite a terminal or pose as another name.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u

/**
 * What is wrong with a piece of text from a stranger.
 *
 * @param text any string
 * @param maxBytes most bytes that it may take in UTF-8
 * @param isMultiline whether line feeds and tabs may occur
 * @returns undefined where it can be shown to a person as it is
 */
export function textFault(text: string, maxBytes: number, isMultiline = false): string | undefined {
  // A UTF-16 unit takes at most 3 bytes, so most text needs no encoding to be found short enough.
  if (text.length * 3 > maxBytes && encoder.encode(text.slice(0, maxBytes + 1)).length > maxBytes) {
    return `at most ${maxBytes} bytes of UTF-8`
  }
  if (!text.isWellFormed()) {
    return 'well-formed Unicode'
  }
  if (UNPRINTABLE.test(isMultiline ? text.replaceAll(/[\n\t]/g, '') : text)) {
    return 'text without control characters'
  }
  return undefined
}

/** Longest excerpt of a wrong value in an error message, in characters. */
const MAX_EXCERPT_LENGTH = 60

/**
 * Shows a wrong value in an error message: short, on one line, harmless on a terminal.
 *
 * @param value anything
 */
export function excerpt(value: unknown): string {
  const text = describe(value)
  const short = text.length > MAX_EXCERPT_LENGTH ? `${text.slice(0, MAX_EXCERPT_LENGTH)}…` : text
  return short
    .toWellFormed()
    .replaceAll(
      new RegExp(UNPRINTABLE, 'gu'),
      c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
    )
}

function describe(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.slice(0, MAX_EXCERPT_LENGTH + 1))
  }
  if (Object.is(value, -0)) {
    return '-0'
  }
  if (value instanceof Uint8Array) {
    return `${value.length} bytes`
  }
  if (Array.isArray(value)) {
    return `a list of ${value.length}`
  }
  if (typeof value === 'object' && value !== null) {
    return 'a map'
  }
  return value === undefined ? 'nothing' : String(value)
}

/**
 * Compares two well-formed strings by their UTF-8 bytes, which is the order of their code points.
 *
 * @returns negative, zero or positive, as `Array.prototype.sort` wants it
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  let i = 0
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) {
    i += 1
  }
  return i === length ? a.length - b.length : rank(a.charCodeAt(i)) - rank(b.charCodeAt(i))
}

/** Puts the UTF-16 halves of code points beyond U+FFFF after every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit
}
