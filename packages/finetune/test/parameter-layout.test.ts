import t from 'tap'
import { flatten, parameterLayout, unflatten } from '../src/index.ts'

const TENSORS = [
  { name: 'b', shape: [2, 3] },
  { name: 'scale', shape: [] },
  { name: 'a', shape: [2] },
  { name: 'mean', shape: [4] }
]
const values = new Map(
  TENSORS.map(({ name, shape }, i) => {
    const length = shape.reduce((a, b) => a * b, 1)
    return [name, Float32Array.from({ length }, (_, j) => 10 * i + j)]
  })
)

t.test(
  'parameterLayout() orders the trained tensors by name and leaves out the frozen',
  async t => {
    t.same(parameterLayout(TENSORS, ['mean']), {
      length: 9,
      slots: [
        { name: 'a', shape: [2], offset: 0, length: 2 },
        { name: 'b', shape: [2, 3], offset: 2, length: 6 },
        { name: 'scale', shape: [], offset: 8, length: 1 }
      ]
    })
    t.same(parameterLayout(TENSORS.toReversed(), ['mean']), parameterLayout(TENSORS, ['mean']))
  }
)

t.test('unflatten() gives back what flatten() took, as views', async t => {
  const layout = parameterLayout(TENSORS, ['mean'])
  const flat = flatten(layout, values)
  t.same([...flat], [20, 21, 0, 1, 2, 3, 4, 5, 10])
  const tensors = unflatten(layout, flat)
  t.notOk(tensors.has('mean'))
  for (const [name, tensor] of tensors) {
    t.same(tensor, values.get(name))
    t.equal(tensor.buffer, flat.buffer)
  }
})

t.test('what does not fit is refused by name', async t => {
  const layout = parameterLayout(TENSORS)
  t.throws(() => parameterLayout(TENSORS, ['std']), /no tensor std to freeze/)
  t.throws(() => parameterLayout([...TENSORS, TENSORS[0]!]), /tensor b comes twice/)
  t.throws(() => flatten(layout, new Map()), /a needs 2 values, got none/)
  t.throws(() => flatten(layout, new Map([['a', new Float32Array(3)]])), /a needs 2 values, got 3/)
  t.throws(() => unflatten(layout, new Float32Array(3)), /expected 13 values, got 3/)
})
