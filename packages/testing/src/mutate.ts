import { seededBytes } from './seeded.ts'

/** Whole numbers that depend on a seed alone. */
export type Draw = (below: number) => number

/**
 * Draws whole numbers below a bound, the same for the same seed for ever.
 *
 * @param seed any number or name
 */
export function seededDraw(seed: number | string): Draw {
  let block = 0
  let numbers: DataView = new DataView(new ArrayBuffer(0))
  let at = 0
  return below => {
    if (at === numbers.byteLength) {
      const bytes = seededBytes(`${seed} ${block++}`, 256)
      numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      at = 0
    }
    const value = numbers.getUint32(at)
    at += 4
    return Math.floor((value / 2 ** 32) * below)
  }
}

/** Most edits of one mutation: few enough that much of what was valid is left, so that late checks are reached. */
const MAX_EDITS = 3

type Edit<Value> = (value: Value, draw: Draw) => Value

/**
 * Damages bytes in some places: flipped bits, extreme numbers of 8 to 64 bits, parts that are cut, doubled, moved
 * or made up.
 *
 * @param bytes a valid file or message, not mutated
 * @param seed any number or name
 * @returns fresh bytes, at most twice as many plus some dozens
 */
export function mutateBytes(bytes: Uint8Array, seed: number | string): Uint8Array<ArrayBuffer> {
  return applyEdits(new Uint8Array(bytes), BYTE_EDITS, seededDraw(seed))
}

/**
 * Damages JSON in some places, token by token, so that most of it is still JSON: numbers that are negative, huge or
 * broken, names that lead elsewhere, fields that come twice or not at all, values of another type.
 *
 * @param json valid JSON
 * @param seed any number or name
 */
export function mutateJson(json: string, seed: number | string): string {
  const tokens = json.match(JSON_TOKENS) ?? []
  return applyEdits(tokens, TOKEN_EDITS, seededDraw(seed)).join('')
}

function applyEdits<Value>(value: Value, edits: readonly Edit<Value>[], draw: Draw): Value {
  let edited = value
  for (let left = 1 + draw(MAX_EDITS); left > 0; left--)
    edited = edits[draw(edits.length)]!(edited, draw)
  return edited
}

const EXTREMES = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n
]

const BYTE_EDITS: readonly Edit<Uint8Array<ArrayBuffer>>[] = [
  (bytes, draw) => {
    if (bytes.length > 0) bytes[draw(bytes.length)]! ^= 1 << draw(8)
    return bytes
  },
  (bytes, draw) => {
    const number = new Uint8Array(8)
    new DataView(number.buffer).setBigUint64(0, EXTREMES[draw(EXTREMES.length)]!, true)
    const at = draw(bytes.length)
    bytes.set(number.subarray(0, Math.min(2 ** draw(4), bytes.length - at)), at)
    return bytes
  },
  (bytes, draw) => bytes.slice(0, draw(bytes.length + 1)),
  (bytes, draw) => {
    const [begin, end] = range(bytes.length, draw)
    return join(bytes.subarray(0, begin), bytes.subarray(end))
  },
  (bytes, draw) => {
    const [begin, end] = range(bytes.length, draw)
    const at = draw(bytes.length + 1)
    return join(bytes.subarray(0, at), bytes.subarray(begin, end), bytes.subarray(at))
  },
  (bytes, draw) => {
    const at = draw(bytes.length + 1)
    const added = Uint8Array.from({ length: draw(16) }, () => draw(256))
    return join(bytes.subarray(0, at), added, bytes.subarray(at))
  }
]

const JSON_TOKENS = /"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:]|\s+/g

const SCALARS = [
  ...['0', '1', '-1', '-0', '1.5', '1e3', '1e400', '01', '+1', '.5', '4294967296'],
  ...['9007199254740991', '9007199254740992', '99999999999999999999', 'NaN', 'Infinity'],
  ...[
    'true',
    'false',
    'null',
    '""',
    '"__proto__"',
    '"constructor"',
    '"../a"',
    '"/a"',
    '"a\\u0000"'
  ],
  ...[
    '"\\ud800"',
    '"."',
    '".."',
    '"C:a"',
    '"a\\\\b"',
    '"a.py"',
    `"${'x'.repeat(300)}"`,
    '"(a*)*b"'
  ],
  ...[
    '[]',
    '{}',
    '[[]]',
    '{"a":{}}',
    '[0,0]',
    '[""]',
    '"\\x"',
    '"\n"',
    `${'['.repeat(200)}${']'.repeat(200)}`
  ]
]

/** What makes a name lead elsewhere, or look like another one. */
const ADDITIONS = [
  '../',
  '/',
  '..\\\\',
  'C:',
  '\\u0000',
  '\\u001b[2J',
  '\\udc00',
  ' ',
  '.',
  'x'.repeat(5000)
]

const STRINGS = SCALARS.filter(scalar => scalar.startsWith('"'))

const TOKEN_EDITS: readonly Edit<string[]>[] = [
  (tokens, draw) => put(tokens, places(tokens, false), draw, SCALARS),
  (tokens, draw) => put(tokens, places(tokens, false), draw, SCALARS),
  (tokens, draw) => {
    // One value takes another's place.
    const values = places(tokens, false)
    return put(
      tokens,
      values,
      draw,
      values.map(i => tokens[i]!)
    )
  },
  (tokens, draw) => {
    // One name takes another's place, so that it comes twice.
    const names = places(tokens, true)
    return put(
      tokens,
      names,
      draw,
      names.map(i => tokens[i]!)
    )
  },
  (tokens, draw) => put(tokens, places(tokens, true), draw, STRINGS),
  (tokens, draw) => {
    // Something is added to a name or a text, which keeps the ending that it must have.
    const place = tokens.flatMap((token, i) => (token.startsWith('"') ? [i] : []))
    return put(
      tokens,
      place,
      draw,
      place.map(i => `"${ADDITIONS[draw(ADDITIONS.length)]}${tokens[i]!.slice(1)}`)
    )
  },
  (tokens, draw) => tokens.toSpliced(draw(tokens.length), 1 + draw(4)),
  (tokens, draw) => {
    const begin = draw(tokens.length)
    const part = tokens.slice(begin, begin + 1 + draw(12))
    return tokens.toSpliced(begin, 0, ...part)
  },
  (tokens, draw) => tokens.toSpliced(draw(tokens.length + 1), 0, '{}[],:" x'[draw(9)]!)
]

/** Where the names of fields stand, or the plain values. */
function places(tokens: readonly string[], isName: boolean): number[] {
  return tokens.flatMap((token, i) => {
    const isPlain = !/^[\s{}[\],:]/.test(token)
    return isPlain && (tokens[i + 1] === ':') === isName ? [i] : []
  })
}

function put(
  tokens: string[],
  at: readonly number[],
  draw: Draw,
  choices: readonly string[]
): string[] {
  const place = at[draw(at.length)]
  return place === undefined ? tokens : tokens.with(place, choices[draw(choices.length)]!)
}

function range(length: number, draw: Draw): [begin: number, end: number] {
  const begin = draw(length + 1)
  return [begin, begin + draw(Math.min(length - begin, 64) + 1)]
}

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}
