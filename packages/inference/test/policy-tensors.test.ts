import t from 'tap'
import { policyTensors } from '../src/index.ts'

t.test('policyTensors() lists the statistics, then each layer', async t => {
  t.same(policyTensors([3, 4, 2]), [
    { name: 'observation.mean', shape: [3] },
    { name: 'observation.std', shape: [3] },
    { name: 'layers.0.weight', shape: [3, 4] },
    { name: 'layers.0.bias', shape: [4] },
    { name: 'layers.1.weight', shape: [4, 2] },
    { name: 'layers.1.bias', shape: [2] }
  ])
})

t.test('policyTensors() refuses widths that are not two or more positive integers', async t => {
  for (const layers of [[], [3], [3, 0], [3, 1.5, 2], [-1, 2]]) {
    t.throws(() => policyTensors(layers), RangeError, `[${layers}]`)
  }
})
