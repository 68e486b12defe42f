import t from 'tap'
import { packModel } from '../../src/model/pack.ts'
import { readTensor } from '../../src/read-tensor.ts'
import { sha256 } from '../fixtures.ts'
import { companion, model } from './folders.ts'

const FILES = { 'config.json': '{"a":1}', 'vocab.txt': 'words' }

t.test('a packed model is its tensors, its files and what says which they are', async t => {
  const packed = packModel(model({ a: 1 }, FILES, undefined, { format: 'pt' }))
  t.strictSame([...packed.tensors.keys()], ['a', 'soup.file/config.json', 'soup.file/vocab.txt'])
  t.strictSame(packed.tensors.get('soup.file/vocab.txt'), {
    ...{ name: 'soup.file/vocab.txt', dtype: 'U8', shape: [5], sizeBytes: 5 }
  })
  t.equal(Buffer.from(await readTensor(packed, 'soup.file/vocab.txt')).toString(), 'words')
  t.same(await readTensor(packed, 'a'), new Uint8Array(8).fill(1))
  t.strictSame(
    [...packed.metadata],
    [
      ['format', 'pt'],
      [
        'soup.layout',
        '{"kind":"folder","shards":[{"fileName":"model.safetensors","tensors":["a"]}]}'
      ],
      [
        'soup.files',
        JSON.stringify(
          Object.entries(FILES).map(([fileName, text]) => ({
            ...{ fileName, sizeBytes: text.length, sha256: sha256(Buffer.from(text)) }
          }))
        )
      ]
    ]
  )
})

t.test('files that the receiver has are listed only', async t => {
  const except = [companion('another name', 'words')]
  const packed = packModel(model({ a: 1 }, FILES), { except })
  t.strictSame([...packed.tensors.keys()], ['a', 'soup.file/config.json'])
  t.match(packed.metadata.get('soup.files'), 'vocab.txt')
})

t.test('a file is read from any byte on, once a reader', async t => {
  const packed = packModel(model({ a: 1 }, FILES))
  const reader = packed.open('soup.file/vocab.txt', 1)
  const target = new Uint8Array(2)
  await reader.read(target)
  t.equal(Buffer.from(target).toString(), 'or')
  await reader.read(target)
  t.equal(Buffer.from(target).toString(), 'ds')
  await t.rejects(reader.read(target), RangeError)
  t.throws(() => packed.open('soup.file/merges.txt'), RangeError)
})

t.test('closing what is packed leaves the model open', async t => {
  let closed = 0
  const inner = { ...model({ a: 1 }), close: async () => void closed++ }
  await packModel(inner).close()
  t.equal(closed, 0)
})

t.test('a model that uses the names of packing is refused', async t => {
  t.throws(() => packModel(model({ 'soup.file/x': 1 })), { code: 'MODEL_INVALID' })
})
