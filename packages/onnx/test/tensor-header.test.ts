import t from 'tap'
import { MAX_DIMENSIONS } from '../src/index.ts'
import { readTensorHeader, writeTensorHeader } from '../src/tensor-header.ts'
import { externalData, field, integer } from './fixtures.ts'

const read = (...fields: Uint8Array[]) => readTensorHeader(Buffer.concat(fields), 'x')
const FLOAT = integer(2, 1)
const name = field(8, 'w')
const malformed = (message: RegExp) => ({ code: 'ONNX_MALFORMED', message })
const minusOne = (id: number) => Buffer.from([id * 8, ...Array(9).fill(0xff), 1])

t.test('readTensorHeader() reads name, type, shape and where the bytes are', async t => {
  t.match(read(integer(1, 2), integer(1, 3), FLOAT, name), {
    name: 'w',
    type: 'FLOAT',
    shape: [2, 3],
    sizeBytes: 24,
    isExternal: false,
    external: undefined
  })
  t.match(read(FLOAT, name, externalData({ location: 'f', offset: '8' })), {
    shape: [],
    isExternal: true,
    external: { location: 'f', offset: 8 }
  })
  t.match(read(FLOAT, name, integer(14, 1)), { isExternal: true, external: undefined })
})

t.test('a header is written in one form, whatever order and packing it was read in', async t => {
  const doc = field(12, 'about w')
  const future = field(99, 'x')
  const one = read(integer(1, 2), integer(1, 300), FLOAT, name, doc, future)!
  const two = read(doc, name, field(1, Buffer.from([2, 0xac, 2])), future, integer(14, 0), FLOAT)!
  const expected = [integer(1, 2), integer(1, 300), FLOAT, name, doc, future]
  for (const header of [one, two]) {
    t.same(Buffer.from(writeTensorHeader(header, () => {})), Buffer.concat(expected))
  }
})

t.test('a tensor of strings is no part of a checkpoint', async t => {
  t.equal(read(integer(2, 8), name, field(6, 'text')), undefined)
  t.throws(() => read(integer(2, 8), name, integer(14, 1)), { code: 'ONNX_UNSUPPORTED' })
})

t.test('readTensorHeader() refuses by name what it does not read', async t => {
  const unsupported = (message: RegExp) => ({ code: 'ONNX_UNSUPPORTED', message })
  t.throws(() => read(FLOAT, name, field(3, '')), unsupported(/x: a segment of a tensor/))
  t.throws(() => read(integer(2, 0), name), unsupported(/x "w": element type 0/))
  t.throws(() => read(integer(2, 27), name), unsupported(/x "w": element type 27/))
})

t.test('readTensorHeader() refuses what is missing, doubled or impossible', async t => {
  t.throws(() => read(FLOAT), malformed(/x, name: is missing/))
  t.throws(() => read(name), malformed(/x "w", dataType: is missing/))
  t.throws(() => read(FLOAT, FLOAT, name), malformed(/dataType: comes 2 times/))
  t.throws(() => read(FLOAT, name, name), malformed(/name: comes 2 times/))
  t.throws(() => read(FLOAT, field(8, '')), malformed(/x: the name ""/))
  t.throws(() => read(FLOAT, field(8, 'a\u001b[2J')), malformed(/x: the name "a\\u001b\[2J"/))
  t.throws(() => read(FLOAT, field(8, Buffer.of(0xff))), malformed(/is not UTF-8/))
  t.throws(() => read(FLOAT, name, minusOne(1)), malformed(/a dimension of -1/))
  t.throws(() => read(FLOAT, name, integer(14, 2)), malformed(/its data lie at 2/))
  const inside = externalData({ location: 'f' }).subarray(0, -2)
  t.throws(() => read(FLOAT, name, inside), malformed(/external data, but its data lie in the/))
  t.throws(() => read(FLOAT, integer(8, 1)), malformed(/wire type 0 does not fit field 8/))
  t.throws(() => read(field(2, 'x'), name), malformed(/wire type 2 does not fit field 2/))
  t.throws(() => read(FLOAT, name, field(1, Buffer.of(0x80))), malformed(/needs 1 bytes/))
})

t.test('readTensorHeader() stops at its limits', async t => {
  const limit = (message: RegExp) => ({ code: 'ONNX_LIMIT', message })
  const ones = (count: number) => Array<Uint8Array>(count).fill(integer(1, 1))
  t.equal(read(FLOAT, name, ...ones(MAX_DIMENSIONS))!.shape.length, MAX_DIMENSIONS)
  const many = limit(/x: more than 32 dimensions/)
  t.throws(() => read(FLOAT, name, ...ones(MAX_DIMENSIONS + 1)), many)
  t.throws(() => read(FLOAT, name, field(1, Buffer.alloc(1_000_000, 1))), many)
  t.throws(() => read(FLOAT, ...Array(MAX_DIMENSIONS + 1).fill(name)), many)
  t.throws(() => read(FLOAT, field(8, 'n'.repeat(4097))), limit(/4097 bytes, at most 4096/))
  const huge = [integer(1, 2 ** 40), integer(1, 2 ** 40)]
  t.throws(() => read(FLOAT, name, ...huge), limit(/\[1099511627776,1099511627776\] is too large/))
  t.throws(() => read(FLOAT, name, integer(1, 2 ** 53)), { code: 'ONNX_UNSUPPORTED' })
})
