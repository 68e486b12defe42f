import t from 'tap'
import { buildModel, graphDifference, type OnnxModel, parseGraph, scanModel } from '../src/index.ts'
import {
  constant,
  externalData,
  field,
  initializer,
  integer,
  model,
  scale,
  source
} from './fixtures.ts'

const graphOf = async (bytes: Uint8Array) => parseGraph('g', (await scanModel(source(bytes))).graph)
const difference = async (a: Uint8Array, b: Uint8Array) =>
  graphDifference(await graphOf(a), await graphOf(b))
const build = (change: Partial<OnnxModel>) => buildModel({ ...scale, ...change })

t.test('graphs of models with other weights, or weights elsewhere, do not differ', async t => {
  const [weight, shift] = scale.initializers
  const other = build({ initializers: [constant('weight', [2, 3], [9, 9, 9, 9, 9, 9]), shift!] })
  t.equal(await difference(buildModel(scale), other), undefined)
  t.ok(weight)
  const raw = model(initializer(field(9, 'abcd')))
  t.equal(await difference(raw, model(initializer(field(4, 'abcd')))), undefined)
  t.equal(await difference(raw, model(initializer(externalData({ location: 'f' })))), undefined)
})

t.test('fields of different numbers may come in any order', async t => {
  const tensor = initializer(field(9, 'abcd'))
  const one = Buffer.concat([integer(1, 9), field(7, tensor, field(2, 'g')), field(8, '')])
  const two = Buffer.concat([field(8, ''), field(7, field(2, 'g'), tensor), integer(1, 9)])
  t.equal(await difference(one, two), undefined)
})

t.test('graphDifference() names the first difference', async t => {
  const [weight, shift] = scale.initializers
  const last = scale.nodes.at(-1)!
  const exact = { ...last, attributes: [{ name: 'approximate', type: 'string', value: 'none' }] }
  const cases: [Partial<OnnxModel>, string][] = [
    [
      { initializers: [constant('weight', [3, 2], [0, 1, 2, 3, 4, 5]), shift!] },
      'has "weight" as FLOAT[3,2], expected FLOAT[2,3]'
    ],
    [
      { initializers: [weight!, shift!, constant('more', [], [1])] },
      'has an initializer "more" more'
    ],
    [
      { initializers: [shift!, weight!] },
      'has its initializers in another order, from "weight" on'
    ],
    [{ opset: 21 }, 'differs in model.opsetImport 0'],
    [{ irVersion: 10 }, 'differs in model.irVersion 0'],
    [{ name: 'other' }, 'differs in graph.name 0'],
    [
      { nodes: [...scale.nodes, { op: 'Neg', inputs: ['y'], outputs: ['z'] }] },
      'has 7 of graph.node, expected 6'
    ],
    [
      { nodes: [...scale.nodes.slice(0, -1), exact as typeof last] },
      'differs in graph.node 5, "Gelu" called ""'
    ]
  ]
  for (const [change, expected] of cases) {
    t.equal(await difference(buildModel(scale), build(change)), expected)
  }
  t.equal(
    await difference(
      build({ initializers: [...scale.initializers, constant('c', [], [1])] }),
      buildModel(scale)
    ),
    'has no initializer "c"'
  )
})

t.test('graphDifference() knows fields that have no name, and documentation', async t => {
  const plain = model(initializer(field(9, 'abcd')))
  const future = model(initializer(field(9, 'abcd')), field(90, 'x'))
  t.equal(await difference(plain, future), 'has 1 of graph.90, expected 0')
  const documented = model(initializer(field(9, 'abcd'), field(12, 'doc')))
  t.equal(await difference(plain, documented), 'documents initializer "w" differently')
})
