import type { Progress } from '@soup/interface'
import fc from 'fast-check'
import t from 'tap'
import { checkpointBytes, compareNames, describeTensors } from '../src/describe.ts'
import { memoryCheckpoint } from '../src/memory-checkpoint.ts'
import { sha256 } from './fixtures.ts'

t.test('compareNames() orders by UTF-8 bytes where UTF-16 would not', async t => {
  const names = ['b', 'a', '\u{1f600}', '\uffee', '']
  t.strictSame(names.sort(compareNames), ['', 'a', 'b', '\uffee', '\u{1f600}'])
})

t.test('compareNames() agrees with comparing the encoded names', async t => {
  const name = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(name, name, (a, b) => {
      t.equal(Math.sign(compareNames(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
    })
  )
})

t.test('describeTensors() lists the hash of every tensor in order of name', async t => {
  const checkpoint = memoryCheckpoint({
    tensors: [
      { name: 'b', dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
      { name: 'a', dtype: 'F32', shape: [0], data: new Uint8Array(0) }
    ]
  })
  const progress: Progress[] = []
  t.strictSame(await describeTensors(checkpoint, { onProgress: step => progress.push(step) }), [
    { name: 'a', dtype: 'F32', shape: [0], sha256: sha256(new Uint8Array(0)) },
    { name: 'b', dtype: 'U8', shape: [3], sha256: sha256(Uint8Array.of(1, 2, 3)) }
  ])
  t.strictSame(
    progress.map(({ done, total }) => [done, total]),
    [
      [0, 3],
      [3, 3]
    ]
  )
  t.equal(checkpointBytes(checkpoint), 3)
})
