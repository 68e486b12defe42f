import { parseModel } from '@soup/onnx'
import t from 'tap'
import { policyTensors } from '../src/index.ts'
import { policyGraph } from '../src/policy-graph.ts'

t.test(
  'policyGraph() takes every tensor of a policy as an input with a population axis',
  async t => {
    const { inputs, outputs, nodes } = parseModel(policyGraph([3, 4, 2], 7, 5))
    t.same(
      inputs.map(({ name, shape }) => [name, ...shape]),
      [
        ['observations', 7, 5, 3],
        ['observation.mean', 7, 1, 3],
        ['observation.std', 7, 1, 3],
        ['layers.0.weight', 7, 3, 4],
        ['layers.0.bias', 7, 1, 4],
        ['layers.1.weight', 7, 4, 2],
        ['layers.1.bias', 7, 1, 2]
      ]
    )
    t.same(
      inputs.slice(1).map(({ name }) => name),
      policyTensors([3, 4, 2]).map(({ name }) => name)
    )
    t.same(outputs, [{ name: 'actions', type: 'float32', shape: [7, 5, 2] }])
    t.equal(nodes.map(({ op }) => op).join(' '), 'Sub Div Clip MatMul Add Tanh MatMul Add Tanh')
  }
)
