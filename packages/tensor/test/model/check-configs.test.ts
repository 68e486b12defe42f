import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { MAX_CONFIG_BYTES } from '../../src/limits.ts'
import { checkConfigs } from '../../src/model/check-configs.ts'
import { openModel } from '../../src/model/open-model.ts'
import { model, weights } from './folders.ts'

const ADAPTER_CONFIG = '{"peft_type": "LORA", "r": 4, "target_modules": ["q_proj"]}'
const whole = (config: string) => ({
  'model.safetensors': weights({ a: 1 }),
  'config.json': config
})
const adapter = (config: string) => ({
  'adapter_model.safetensors': weights({ a: 1 }),
  'adapter_config.json': config
})

const REFUSED: Record<string, [folder: Record<string, string | Buffer>, code: string, RegExp]> = {
  'text that is no JSON': [whole('{"a": 1'), 'MODEL_INVALID', /expected }/],
  'a list': [whole('[]'), 'MODEL_INVALID', /expected {/],
  'deep nesting': [whole(`{"a": ${'['.repeat(40)}`), 'MODEL_INVALID', /nested too deeply/],
  'an adapter without r': [adapter('{"peft_type": "LORA", "r": 0}'), 'ADAPTER_INVALID', /r is not/],
  'an alpha of text': [
    adapter('{"peft_type": "LORA", "lora_alpha": "8"}'),
    'ADAPTER_INVALID',
    /lora_alpha is not/
  ],
  'another kind of adapter': [adapter('{"peft_type": "IA3"}'), 'ADAPTER_UNSUPPORTED', /peft_type/],
  'an adapter whose config.json is broken': [
    { ...adapter(ADAPTER_CONFIG), 'config.json': '' },
    'MODEL_INVALID',
    /expected {/
  ]
}

for (const [what, [content, code, problem]] of Object.entries(REFUSED)) {
  t.test(`a folder with ${what} is refused by the configuration's name`, async t => {
    const folder = t.testdir(content)
    const file = 'config.json' in content ? 'config.json' : 'adapter_config.json'
    await t.rejects(openModel(folder), { code, message: problem })
    await t.rejects(openModel(folder), { message: new RegExp(`^${join(folder, file)} `) })
  })
}

t.test('a configuration that is too long is refused by its name', async t => {
  for (const content of [whole('{}'), adapter(ADAPTER_CONFIG)]) {
    const folder = t.testdir(content)
    const file = join(folder, 'config.json' in content ? 'config.json' : 'adapter_config.json')
    await truncate(file, MAX_CONFIG_BYTES + 1)
    const message = `${file} can't be part of a model: it has 4194305 bytes`
    await t.rejects(openModel(folder), { code: 'MODEL_INVALID', message })
  }
})

t.test('numbers as Python writes them, and no configuration at all, are fine', async t => {
  for (const files of [{ 'config.json': '{"limit": [0.0, Infinity, NaN]}' }, {}]) {
    await t.resolves(checkConfigs('x', model({ a: 1 }, files)))
  }
})
