import { join } from 'node:path'
import t from 'tap'
import { readAdapter } from '../../../src/model/adapter/read-adapter.ts'
import { openModel } from '../../../src/model/open-model.ts'
import { file } from '../../fixtures.ts'
import { model } from '../folders.ts'
import { WRITTEN } from './fixtures.ts'

const P = 'base_model.model.layers.0.q_proj'
const header = {
  [`${P}.lora_A.weight`]: { dtype: 'U8', shape: [4, 2], data_offsets: [0, 8] },
  [`${P}.lora_B.weight`]: { dtype: 'U8', shape: [2, 4], data_offsets: [8, 16] }
}
const folder = (fields: Record<string, unknown> = {}) => ({
  'adapter_model.safetensors': file(JSON.stringify(header), 16),
  'adapter_config.json': JSON.stringify({ ...WRITTEN, ...fields })
})

t.test('an adapter folder says what it does to its base', async t => {
  const opened = await openModel(t.testdir(folder()))
  t.teardown(() => opened.close())
  const { modules, checkpoint } = await readAdapter(opened)
  t.match(modules, [{ name: 'layers.0.q_proj', rank: 4 }])
  t.equal(checkpoint, opened)
})

t.test(
  'what is no update of a base is refused when it is opened, DoRA when it is used',
  async t => {
    await t.rejects(openModel(t.testdir(folder({ init_lora_weights: 'pissa' }))), {
      ...{ code: 'ADAPTER_UNSUPPORTED', message: /pissa/ }
    })
    const dora = await openModel(join(t.testdir({ dora: folder({ use_dora: true }) }), 'dora'))
    t.teardown(() => dora.close())
    await t.rejects(readAdapter(dora), { code: 'ADAPTER_UNSUPPORTED', message: /DoRA/ })
  }
)

t.test('a model without the configuration of an adapter is none', async t => {
  await t.rejects(readAdapter(model({})), {
    ...{ code: 'ADAPTER_INVALID', message: /the model .*it has no adapter_config.json/ }
  })
})
