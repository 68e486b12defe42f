import { type Checkpoint, memoryCheckpoint, readTensor } from '@soup/tensor'
import t from 'tap'
import { decodeLora, encodeLora } from '../../src/lora/codec.ts'
import { noise, tensor } from './adapters.ts'

const adapter = memoryCheckpoint({
  name: 'adapter',
  metadata: [['format', 'pt']],
  tensors: [tensor('a', [2, 3], noise(1, 6), 'BF16'), tensor('b', [4, 2], noise(2, 8))]
})

/** The payload with some of it replaced. */
function changed(payload: Checkpoint, change: Partial<Checkpoint>): Checkpoint {
  return { ...payload, ...change }
}

t.test('an adapter comes back bit for bit, with its metadata', async t => {
  const payload = await encodeLora(adapter)
  t.equal(payload.metadata.get('soup.codec'), 'lora/1')
  t.equal(payload.tensors, adapter.tensors)
  const decoded = decodeLora(payload)
  t.strictSame([...decoded.metadata], [['format', 'pt']])
  for (const name of ['a', 'b']) {
    t.strictSame(await readTensor(decoded, name), await readTensor(adapter, name))
  }
})

t.test('a tensor may be read in parts, and no further than its end', async t => {
  const reader = decodeLora(await encodeLora(adapter)).open('a')
  const [head, tail] = [new Uint8Array(4), new Uint8Array(8)]
  await reader.read(head)
  await reader.read(new Uint8Array(0))
  await reader.read(tail)
  t.strictSame(Buffer.concat([head, tail]), Buffer.from(await readTensor(adapter, 'a')))
  await t.rejects(reader.read(new Uint8Array(1)), RangeError)
  t.throws(() => decodeLora(changed(adapter, { metadata: new Map() })), { code: 'DELTA_INVALID' })
})

t.test('a damaged tensor is refused by its name with its last byte', async t => {
  const payload = await encodeLora(adapter)
  const other = memoryCheckpoint({
    tensors: [tensor('a', [2, 3], noise(9, 6), 'BF16'), tensor('b', [4, 2], noise(2, 8))]
  })
  const decoded = decodeLora(changed(payload, { open: (name, offset) => other.open(name, offset) }))
  const reader = decoded.open('a')
  await reader.read(new Uint8Array(10))
  await t.rejects(reader.read(new Uint8Array(2)), {
    code: 'DELTA_SHA256',
    details: { tensor: 'a' }
  })
  t.strictSame(await readTensor(decoded, 'b'), await readTensor(adapter, 'b'))
})

t.test('a payload whose tensors are not the listed ones is refused before it is read', async t => {
  const payload = await encodeLora(adapter)
  const [first] = adapter.tensors
  const refused = { code: 'DELTA_INVALID' }
  t.throws(() => decodeLora(changed(payload, { tensors: new Map([first!]) })), refused)
  const more = new Map([...adapter.tensors, ['c', { ...first![1], name: 'c' }] as const])
  t.throws(() => decodeLora(changed(payload, { tensors: more })), refused)
  const metadata = new Map([...payload.metadata, ['soup.codec', 'exact/1'] as const])
  t.throws(() => decodeLora(changed(payload, { metadata })), { message: /expected lora\/1/ })
})

t.test('a tensor that is not there, or from its middle, is a mistake of the program', async t => {
  const decoded = decodeLora(await encodeLora(adapter))
  t.throws(() => decoded.open('c'), RangeError)
  t.throws(() => decoded.open('a', 2), RangeError)
})
