import { BLOCK_BYTES, returnBlocks, takeBlocks } from '@soup/tensor'
import t from 'tap'
import { scan } from '../src/scan.ts'
import { model } from './fixtures.ts'

const LENGTH = BLOCK_BYTES / 4 + 3

/** As many blocks as there are, less a few that other readers may hold. */
const LEFT = 1020

t.test('every element of every term is seen once, in order, in blocks', async t => {
  const ramp = Float32Array.from({ length: LENGTH }, (_, i) => i % 128)
  const terms = [model('a', ramp, 'BF16'), model('b', ramp, 'F32'), model('c', ramp, 'F64')]
  for (const precision of ['F32', 'F64'] as const) {
    const width = precision === 'F32' ? 4 : 8
    const seen: number[][] = terms.map(() => [])
    const sizes: number[] = []
    await scan(terms, 'x', precision, (values, sizeBytes) => {
      sizes.push(sizeBytes)
      for (const [k, { bytes }] of values.entries()) {
        const list = { F32: Float32Array, F64: Float64Array }[precision]
        for (const value of new list(bytes.buffer, bytes.byteOffset, sizeBytes / width)) {
          seen[k]!.push(value)
        }
      }
    })
    for (const list of seen) {
      t.equal(list.length, LENGTH)
      t.ok(list.every((value, i) => value === i % 128))
    }
    t.ok(sizes.length > 1)
    t.ok(sizes.slice(0, -1).every(size => size % 32 === 0 && size === sizes[0]))
  }
})

t.test('it stops where it is told to, and gives its blocks back', async t => {
  const terms = [model('a', new Float32Array(LENGTH))]
  const reason = new Error('enough')
  const controller = new AbortController()
  const visit = () => controller.abort(reason)
  await t.rejects(scan(terms, 'x', 'F32', visit, { signal: controller.signal }), reason)
  const all = takeBlocks(LEFT)
  returnBlocks(all)
})
