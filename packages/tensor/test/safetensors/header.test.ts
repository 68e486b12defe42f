import t from 'tap'
import { memoryCheckpoint } from '../../src/memory-checkpoint.ts'
import { encodeHeader, fileOrder, safetensorsBytes } from '../../src/safetensors/header.ts'
import { openSafetensors } from '../../src/safetensors/reader.ts'
import { source } from '../fixtures.ts'

const checkpoint = memoryCheckpoint({
  metadata: [
    ['z', '1'],
    ['a', '2']
  ],
  tensors: [
    { name: '__proto__', dtype: 'U8', shape: [3], data: new Uint8Array(3) },
    { name: 'b', dtype: 'F32', shape: [], data: new Float32Array(1) },
    { name: 'a', dtype: 'F32', shape: [2], data: new Float32Array(2) },
    { name: '\u{1f600}', dtype: 'I64', shape: [1], data: new BigInt64Array(1) },
    { name: '\uff5e', dtype: 'I64', shape: [1], data: new BigInt64Array(1) }
  ]
})

t.test('fileOrder() sorts by alignment, then by the UTF-8 bytes of the names', async t => {
  t.strictSame(
    fileOrder(checkpoint).map(({ name }) => name),
    ['\uff5e', '\u{1f600}', 'a', 'b', '__proto__']
  )
})

t.test('encodeHeader() fills whole words and loses no name', async t => {
  const header = encodeHeader(checkpoint, fileOrder(checkpoint))
  t.equal(header.length % 8, 0)
  t.equal(safetensorsBytes(checkpoint), header.length + 31)
  const opened = await openSafetensors(source(Buffer.concat([header, Buffer.alloc(31)])))
  t.strictSame(
    [...opened.tensors.keys()],
    fileOrder(checkpoint).map(({ name }) => name)
  )
  t.strictSame(
    [...opened.metadata],
    [
      ['a', '2'],
      ['format', 'pt'],
      ['z', '1']
    ]
  )
})

t.test('what a reader would refuse is not written', async t => {
  const named = (name: string) =>
    memoryCheckpoint({ tensors: [{ name, dtype: 'U8', shape: [0], data: new Uint8Array(0) }] })
  for (const name of ['line\nbreak', 'x'.repeat(5000), '__metadata__']) {
    const bad = named(name)
    t.throws(() => encodeHeader(bad, fileOrder(bad)), { code: 'SAFETENSORS_INVALID' })
  }
})
