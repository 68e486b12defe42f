import { memoryCheckpoint, readFloats } from '@soup/tensor'
import t from 'tap'
import { layeredTensors } from '../../src/lora/layered-tensors.ts'
import { tensor } from './adapters.ts'

const own = memoryCheckpoint({ name: 'own', tensors: [tensor('x', [1], Float32Array.of(1))] })
const other = {
  ...memoryCheckpoint({ tensors: [tensor('x', [2], Float32Array.of(2, 3))] }),
  isSequential: true
}

t.test(
  "tensors of another checkpoint lie beside a checkpoint's own, under other names",
  async t => {
    const both = layeredTensors(own, other, new Map([['x', 'y']]))
    t.strictSame(
      [...both.tensors.values()].map(({ name, shape }) => [name, shape]),
      [
        ['x', [1]],
        ['y', [2]]
      ]
    )
    t.strictSame([...(await readFloats(both, 'x'))], [1])
    t.strictSame([...(await readFloats(both, 'y'))], [2, 3])
  }
)

t.test('a layer is sequential where it reads from something sequential', async t => {
  t.ok(layeredTensors(own, other, new Map([['x', 'y']])).isSequential)
  t.notOk(layeredTensors(own, other, new Map()).isSequential)
  t.throws(() => layeredTensors(own, other, new Map([['z', 'y']])), RangeError)
})
