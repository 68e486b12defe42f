import { electSigns } from '@soup/tensor'
import t from 'tap'
import { pointwise } from '../src/pointwise.ts'
import { thinnedTensor } from '../src/thinned-tensor.ts'
import { model, values } from './fixtures.ts'

t.test('each expert is thinned before all are mixed, in the precision of its dtype', async t => {
  for (const [dtype, precision] of [
    ['BF16', 'F32'],
    ['F64', 'F64']
  ] as const) {
    const terms = [
      [0, 0],
      [1, 1],
      [4, 4]
    ].map(list => model('m', list, dtype))
    const [info] = terms[0]!.tensors.values()
    const thinned: unknown[] = []
    const soup = pointwise({
      name: 'soup',
      tensors: new Map([['x', info!]]),
      isSequential: false,
      tensor: name =>
        thinnedTensor({
          terms,
          name,
          to: dtype,
          thin: (expert, block, base, elements) => {
            thinned.push([expert, elements])
            const width = precision === 'F32' ? 4 : 8
            if (expert === 1) block.bytes.set(base.bytes.subarray(0, width))
          },
          mix: (of, blocks, out, sizeBytes) => {
            electSigns(of, blocks, [0, 1, 1], out, sizeBytes, { scale: 1, isMean: false })
          }
        })
    })
    t.strictSame(await values(soup), [1, 5], dtype)
    const elements = { precision, length: 2, first: 0 }
    t.strictSame(thinned, [
      [0, elements],
      [1, elements]
    ])
  }
})
