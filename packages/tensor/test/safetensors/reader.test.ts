import { readFileSync } from 'node:fs'
import t from 'tap'
import { PIECE_BYTES } from '../../src/limits.ts'
import { readPieces } from '../../src/pieces.ts'
import { openSafetensors } from '../../src/safetensors/reader.ts'
import { collect, file, source } from '../fixtures.ts'

t.test('everything that the format allows is read', async t => {
  const vector = readFileSync(new URL('../vectors/everything-allowed.safetensors', import.meta.url))
  const checkpoint = await openSafetensors(source(vector))
  t.strictSame(
    [...checkpoint.metadata],
    [
      ['format', 'pt'],
      ['λ', '0.5']
    ]
  )
  t.strictSame(
    [...checkpoint.tensors.values()].map(({ name, dtype, shape, sizeBytes }) => [
      name,
      dtype,
      shape,
      sizeBytes
    ]),
    [
      ['f64', 'F64', [1], 8],
      ['z.f32', 'F32', [2, 2], 16],
      ['bf16', 'BF16', [3], 6],
      ['f16', 'F16', [], 2],
      ['empty', 'I32', [2, 0], 0],
      ['f4', 'F4', [4], 2],
      ['__proto__', 'BOOL', [2], 2],
      ['future', 'F3_X', [5], 2]
    ]
  )
  const hex = async (name: string) =>
    Buffer.concat(await collect(readPieces(checkpoint, name))).toString('hex')
  t.equal(await hex('f64'), '000000000000f83f')
  t.equal(await hex('bf16'), '803f00c0c07f')
  t.equal(await hex('empty'), '')
  t.equal(await hex('__proto__'), '0100')
  t.equal(await hex('future'), '0908')
})

t.test('the files that the reference tests accept are accepted', async t => {
  t.equal((await openSafetensors(source(file('{}')))).tensors.size, 0)
  t.equal((await openSafetensors(source(file('{}\r \t\n')))).tensors.size, 0)
  const empty = '{"test":{"dtype":"I32","shape":[2,0],"data_offsets":[0, 0]}}'
  t.strictSame((await openSafetensors(source(file(empty)))).tensors.get('test')?.shape, [2, 0])
})

const I32 = (shape: string, offsets: string) =>
  `{"test":{"dtype":"I32","shape":${shape},"data_offsets":${offsets}}}`
const claims = (length: bigint, rest = '') => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(length)
  return Buffer.concat([bytes, Buffer.from(rest)])
}

/** The attacks that the reference implementation's own tests name, and those next to them. */
const MALFORMED: Record<string, [bytes: Uint8Array, message: RegExp]> = {
  'an empty file': [new Uint8Array(0), /0 bytes, too few/],
  'a file of 7 bytes': [new Uint8Array(7), /7 bytes, too few/],
  'a header of no bytes': [claims(0n), /start with \{/],
  'a header over the limit': [
    claims(100_000_001n, '{}'),
    /claims 100000001 bytes, at most 100000000/
  ],
  'a header of 2^64 - 1 bytes': [claims(2n ** 64n - 1n, '{}'), /claims 18446744073709551615/],
  'a header longer than the file': [claims(60n, '{}'), /claims 60 bytes, the whole file has 10/],
  'a header that is not UTF-8': [file(Uint8Array.of(0xff)), /not UTF-8/],
  'a header with an overlong byte sequence': [
    file(Buffer.from([0x7b, 0xc0, 0xaf, 0x7d])),
    /not UTF-8/
  ],
  'a byte order mark': [file('\ufeff{}'), /start with \{/],
  'a header that is not JSON': [file('{'), /not a valid safetensors file/],
  'a header that starts with white space': [file('\t\n{}\r '), /start with \{/],
  'offsets that contradict the shape': [
    file(I32('[2,2]', '[0, 4]'), 4),
    /takes 16 bytes, its offsets say 4/
  ],
  'a shape whose product overflows 64 bits': [
    file(I32('[2,18446744073709551614]', '[0,16]'), 16),
    /whole number/
  ],
  'a size that overflows 64 bits': [
    file(I32('[2,9223372036854775807]', '[0,16]'), 16),
    /whole number/
  ],
  'a size that overflows 53 bits': [file(I32('[2,4503599627370496]', '[0,16]'), 16), /too large/],
  'bytes after the last tensor': [
    file(I32('[2,2]', '[0,16]'), 17),
    /1 bytes after its last tensor/
  ],
  'missing data': [file(I32('[2,2]', '[0,16]'), 15), /"test": the file is truncated/],
  'a hole': [file(I32('[2,2]', '[4,20]'), 20), /a hole before it/],
  'the same name twice': [
    file(
      `${I32('[]', '[0,4]').slice(0, -1)},"test":{"dtype":"I32","shape":[],"data_offsets":[4,8]}}`,
      8
    ),
    /listed twice/
  ]
}

for (const [what, [bytes, message]] of Object.entries(MALFORMED)) {
  t.test(`openSafetensors() refuses ${what}, names the file and closes it`, async t => {
    const from = source(bytes)
    await t.rejects(openSafetensors(from), { code: 'SAFETENSORS_INVALID', message })
    await t.rejects(openSafetensors(source(bytes)), { message: /^a\.safetensors is not/ })
    t.equal(from.closed, 1)
  })
}

t.test('a source that fails to close does not hide what is wrong with it', async t => {
  const stuck = {
    ...source(new Uint8Array(3)),
    close: () => Promise.reject(new Error('stuck'))
  }
  await t.rejects(openSafetensors(stuck), {
    message: 'reading a.safetensors and closing it failed',
    errors: [{ code: 'SAFETENSORS_INVALID' }, { message: 'stuck' }]
  })
})

t.test('a large tensor comes in pieces', async t => {
  const size = PIECE_BYTES + 5
  const data = Buffer.alloc(size, 7)
  const checkpoint = await openSafetensors(
    source(file(`{"x":{"dtype":"U8","shape":[${size}],"data_offsets":[0,${size}]}}`, data))
  )
  const pieces = await collect(readPieces(checkpoint, 'x'))
  t.strictSame(
    pieces.map(piece => piece.length),
    [PIECE_BYTES, 5]
  )
  t.ok(Buffer.concat(pieces).equals(data))
})

t.test('a file that is cut while it is read is told by tensor', async t => {
  const bytes = file(
    '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}',
    8
  )
  const checkpoint = await openSafetensors(source(bytes, bytes.length - 2))
  t.equal((await collect(readPieces(checkpoint, 'a'))).length, 1)
  await t.rejects(collect(readPieces(checkpoint, 'b')), {
    code: 'TENSOR_UNREADABLE',
    message: /tensor "b" can't be read: it ends at byte/
  })
})

t.test('an abort reason passes through untouched', async t => {
  const checkpoint = await openSafetensors(
    source(file('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', 4))
  )
  const reason = new Error('enough')
  await t.rejects(
    collect(readPieces(checkpoint, 'a', { signal: AbortSignal.abort(reason) })),
    reason
  )
})

t.test("an unknown tensor is the program's mistake; closing closes the source", async t => {
  const from = source(file('{}'))
  const checkpoint = await openSafetensors(from)
  await t.rejects(collect(readPieces(checkpoint, 'toString')), RangeError)
  await checkpoint.close()
  t.equal(from.closed, 1)
})
