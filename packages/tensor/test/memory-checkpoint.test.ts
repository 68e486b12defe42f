import t from 'tap'
import { PIECE_BYTES } from '../src/limits.ts'
import { memoryCheckpoint } from '../src/memory-checkpoint.ts'
import { readPieces } from '../src/pieces.ts'
import { collect } from './fixtures.ts'

t.test('a memory checkpoint reads back what it was given', async t => {
  const data = Float32Array.of(1, 2, 3, 4)
  const checkpoint = memoryCheckpoint({
    name: 'm',
    metadata: [['a', 'b']],
    tensors: [
      { name: 'x', dtype: 'F32', shape: [2, 2], data },
      { name: '__proto__', dtype: 'I64', shape: [0], data: new Uint8Array(0) }
    ]
  })
  t.strictSame([...checkpoint.tensors.keys()], ['x', '__proto__'])
  t.strictSame(checkpoint.tensors.get('x'), {
    name: 'x',
    dtype: 'F32',
    shape: [2, 2],
    sizeBytes: 16
  })
  t.equal(checkpoint.metadata.get('a'), 'b')
  t.strictSame(await collect(readPieces(checkpoint, 'x')), [new Uint8Array(data.buffer)])
  t.strictSame(await collect(readPieces(checkpoint, '__proto__')), [])
})

t.test('its pieces belong to whoever reads them', async t => {
  const data = new Uint8Array(PIECE_BYTES + 1)
  const checkpoint = memoryCheckpoint({
    tensors: [{ name: 'x', dtype: 'U8', shape: [data.length], data }]
  })
  const pieces = await collect(readPieces(checkpoint, 'x'))
  for (const piece of pieces) piece.fill(1)
  t.strictSame(
    pieces.map(piece => piece.length),
    [PIECE_BYTES, 1]
  )
  t.ok(data.every(byte => byte === 0))
})

t.test(
  "sizes that do not fit, names given twice and unknown names are the program's mistake",
  async t => {
    const tensor = { name: 'x', dtype: 'F32', shape: [2], data: new Uint8Array(8) }
    t.throws(
      () => memoryCheckpoint({ tensors: [{ ...tensor, data: new Uint8Array(7) }] }),
      RangeError
    )
    t.throws(() => memoryCheckpoint({ tensors: [tensor, tensor] }), RangeError)
    await t.rejects(collect(readPieces(memoryCheckpoint({ tensors: [tensor] }), 'y')), RangeError)
  }
)

t.test('an aborted signal ends reading with its reason', async t => {
  const tensor = { name: 'x', dtype: 'U8', shape: [1], data: new Uint8Array(1) }
  const reason = new Error('enough')
  const reading = collect(
    readPieces(memoryCheckpoint({ tensors: [tensor] }), 'x', { signal: AbortSignal.abort(reason) })
  )
  await t.rejects(reading, reason)
})
