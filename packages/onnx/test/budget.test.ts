import t from 'tap'
import { Budget } from '../src/budget.ts'
import { MAX_GRAPH_BYTES, MAX_GRAPH_PARTS } from '../src/index.ts'

t.test('countBytes() refuses the first byte past the limit, however it is split', async t => {
  const budget = new Budget()
  budget.countBytes(MAX_GRAPH_BYTES - 1, 'x')
  budget.countBytes(1, 'x')
  const limit = { code: 'ONNX_LIMIT', message: /x: more than 67108864 bytes besides/ }
  t.throws(() => budget.countBytes(1, 'x'), limit)
})

t.test('countPart() refuses the first part past the limit', async t => {
  const budget = new Budget()
  for (let i = 0; i < MAX_GRAPH_PARTS; i++) budget.countPart('x')
  t.throws(() => budget.countPart('x'), { code: 'ONNX_LIMIT', message: /more than 200000 parts/ })
})
