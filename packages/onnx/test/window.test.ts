import t from 'tap'
import { readBuffer } from '../src/reading.ts'
import { Window } from '../src/window.ts'
import { field } from './fixtures.ts'

const file = Uint8Array.from({ length: 100_000 }, (_, i) => i)

t.test('bytes() gives any bytes, in any order', async t => {
  const window = new Window(file.length)
  const ranges = [
    [0, 3],
    [10, 20],
    [60_000, 60_002],
    [5, 5],
    [16_380, 16_390],
    [99_999, 100_000]
  ]
  for (const [from, to] of [...ranges, [100, 90_000]] as [number, number][]) {
    t.same(readBuffer(file, window.bytes(from, to)), file.subarray(from, to))
  }
})

t.test('bytes() reads nearby bytes once and far ones not at all', async t => {
  const window = new Window(file.length)
  const reading = window.bytes(0, 5)
  t.same(reading.next().value, { offset: 0, length: 16_384 })
  t.ok(reading.next(file.subarray(0, 16_384)).done)
  t.ok(window.bytes(16_000, 16_384).next().done, 'is there already')
  t.same(window.bytes(90_000, 90_001).next().value, { offset: 90_000, length: 10_000 })
})

t.test('field() reads a field at the end of a file', async t => {
  const bytes = Buffer.concat([field(2, 'abc'), field(3, 'd')])
  const window = new Window(bytes.length)
  const where = { id: 3, wire: 2, start: 5, from: 7, to: 8 }
  t.same(readBuffer(bytes, window.field(5, bytes.length, 'x')), where)
  t.throws(() => readBuffer(bytes, window.field(0, 4, 'x')), { code: 'ONNX_MALFORMED' })
})
