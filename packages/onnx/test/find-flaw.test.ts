import t from 'tap'
import { findFlaw } from '../src/find-flaw.ts'
import type { OnnxModel } from '../src/index.ts'
import { constant, scale } from './fixtures.ts'

t.test('findFlaw() finds none in a sound model', async t => {
  t.equal(findFlaw(scale), undefined)
  const empty = constant('empty', [0, 2 ** 40], [])
  t.equal(findFlaw({ ...scale, initializers: [...scale.initializers, empty] }), undefined)
})

t.test('findFlaw() names the contradiction', async t => {
  const node = scale.nodes[0]!
  const flaws: [Partial<OnnxModel>, RegExp][] = [
    [{ initializers: [constant('weight', [2, 3], [1])] }, /needs 24 bytes.*has 4/],
    [{ initializers: [constant('weight', [2 ** 40, 2 ** 40], [1])] }, /weight needs .* but has 4/],
    [{ initializers: [constant('x', [], [1])] }, /the name x is given twice/],
    [{ initializers: [constant('', [], [1])] }, /a value has no name/],
    [{ nodes: [...scale.nodes, node] }, /the name product is given twice/],
    [{ initializers: [] }, /node MatMul reads weight, which nothing before it makes/],
    [{ nodes: scale.nodes.toReversed() }, /reads low, which nothing before it makes/],
    [{ nodes: [{ op: 'Neg', inputs: ['y'], outputs: ['y'] }] }, /node Neg reads y, which nothing/],
    [{ nodes: [] }, /nothing makes the output y/],
    [{ inputs: [{ name: 'x', type: 'float32', shape: [-1] }] }, /x has a dimension of -1/],
    [{ opset: 0 }, /version 0/],
    [{ irVersion: 1.5 }, /version 1.5/]
  ]
  for (const [change, message] of flaws) t.match(findFlaw({ ...scale, ...change }), message)
})
