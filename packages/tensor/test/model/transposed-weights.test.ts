import t from 'tap'
import { memoryCompanion } from '../../src/model/memory-companion.ts'
import { hasTransposedWeights } from '../../src/model/transposed-weights.ts'

function model(config?: string) {
  const files = new Map()
  if (config !== undefined) {
    files.set('config.json', memoryCompanion('config.json', Buffer.from(config)))
  }
  return { files }
}

t.test('GPT-2 stores linear weights as [in, out], Llama and what says nothing do not', async t => {
  t.ok(await hasTransposedWeights(model('{"model_type": "gpt2"}')))
  t.notOk(await hasTransposedWeights(model('{"model_type": "llama"}')))
  t.notOk(await hasTransposedWeights(model('{"model_type": ["gpt2"]}')))
  t.notOk(await hasTransposedWeights(model('{}')))
  t.notOk(await hasTransposedWeights(model()))
})

t.test('a configuration that is no JSON is refused', async t => {
  await t.rejects(hasTransposedWeights(model('gpt2')), { code: 'MODEL_INVALID' })
})
