import t from 'tap'
import { layOut } from '../../src/safetensors/layout.ts'

const entry = (name: string, dtype: string, shape: number[], begin: number, end: number) => ({
  name,
  dtype,
  shape,
  offsets: [begin, end] as [number, number]
})

t.test('tensors come back in file order, empty ones wherever they are', async t => {
  const placed = layOut(
    'f',
    [
      entry('b', 'F32', [1], 4, 8),
      entry('e', 'I8', [0], 4, 4),
      entry('a', 'F32', [], 0, 4),
      entry('z', 'F64', [0, 3], 8, 8)
    ],
    8
  )
  t.strictSame(
    placed.map(({ info, begin }) => [info.name, begin, info.sizeBytes]),
    [
      ['a', 0, 4],
      ['e', 4, 0],
      ['b', 4, 4],
      ['z', 8, 0]
    ]
  )
})

const BROKEN: [
  what: string,
  entries: ReturnType<typeof entry>[],
  dataBytes: number,
  message: RegExp
][] = [
  [
    'a hole at the start',
    [entry('a', 'I8', [1], 1, 2)],
    2,
    /"a": a hole before it: begins at 1, expected 0/
  ],
  [
    'a hole between',
    [entry('a', 'I8', [1], 0, 1), entry('b', 'I8', [1], 2, 3)],
    3,
    /"b": a hole before it/
  ],
  ['a hole at the end', [entry('a', 'I8', [1], 0, 1)], 2, /1 bytes after its last tensor/],
  ['data without tensors', [], 1, /1 bytes after/],
  ['an overlap', [entry('a', 'I8', [2], 0, 2), entry('b', 'I8', [1], 1, 2)], 2, /"b": it overlaps/],
  [
    'two tensors in one place',
    [entry('a', 'I8', [2], 0, 2), entry('b', 'I8', [2], 0, 2)],
    2,
    /overlaps/
  ],
  [
    'an end before the begin',
    [entry('a', 'I8', [1], 1, 0), entry('b', 'I8', [1], 0, 1)],
    1,
    /"a": I8\[1\] takes 1 bytes, its offsets say -1/
  ],
  [
    'a size that is too small',
    [entry('a', 'I32', [2, 2], 0, 4)],
    4,
    /takes 16 bytes, its offsets say 4/
  ],
  ['a size that is too large', [entry('a', 'I32', [], 0, 8)], 8, /takes 4 bytes/],
  [
    'a tensor past the end',
    [entry('a', 'I8', [2], 0, 2), entry('b', 'I8', [9], 2, 11)],
    5,
    /"b": the file is truncated: its data ends at byte 5, this tensor at 11/
  ],
  ['a product past 2^53', [entry('a', 'I8', [2 ** 30, 2 ** 30], 0, 16)], 16, /too large/],
  [
    'a product that overflows and comes back to 0',
    [entry('a', 'I8', [2 ** 52, 2 ** 52, 0], 0, 0)],
    0,
    /too large/
  ],
  [
    'a size in bits past 2^53',
    [entry('a', 'F64', [2 ** 50], 0, 16)],
    16,
    /too large or doesn't fill/
  ],
  ['half a byte', [entry('a', 'F4', [3], 0, 2)], 2, /doesn't fill whole bytes/],
  [
    'an unknown dtype whose elements take nothing',
    [entry('a', 'X', [3], 0, 0)],
    0,
    /offsets say 0/
  ],
  ['an unknown dtype of no elements with bytes', [entry('a', 'X', [0], 0, 3)], 3, /takes 0 bytes/]
]

for (const [what, entries, dataBytes, message] of BROKEN) {
  t.test(`layOut() refuses ${what}`, async t => {
    t.throws(() => layOut('f', entries, dataBytes), { code: 'SAFETENSORS_INVALID', message })
  })
}

t.test('an unknown dtype passes through with the size between its offsets', async t => {
  t.equal(layOut('f', [entry('a', 'F3_X', [5], 0, 2)], 2)[0]?.info.sizeBytes, 2)
})
