import { codeOf, mutateBytes, mutateJson } from '@soup/testing'
import t from 'tap'
import { parseAdapterConfig } from '../../src/model/adapter/config.ts'
import { adapterModules } from '../../src/model/adapter/modules.ts'
import { tensors, WRITTEN } from '../model/adapter/fixtures.ts'

const CONFIG = JSON.stringify({
  ...WRITTEN,
  rank_pattern: { 'layers\\.1\\..*q_proj': 4, '^model.(a|b){2}[^c]+': 2 },
  alpha_pattern: { q_proj: 3.5 },
  target_modules: '^(?!.*visual).*(?:q_proj|v_proj)$',
  exclude_modules: ['lm_head'],
  modules_to_save: ['norm'],
  task_type: null
})
const P = 'base_model.model.model.layers.1.q_proj'
const CHECKPOINT = tensors({
  [`${P}.lora_A.weight`]: [4, 2],
  [`${P}.lora_B.weight`]: [3, 4],
  'base_model.model.norm.weight': [2]
})

/** What is accepted has factors of the rank that it says, and a scaling that is a number. */
function check(bytes: Uint8Array): void {
  for (const { rank, scaling } of adapterModules(CHECKPOINT, parseAdapterConfig(bytes)).modules) {
    if (rank !== 4 || !Number.isFinite(scaling)) throw new Error(`accepted ${rank}, ${scaling}`)
  }
}

t.test('a damaged configuration is read or refused with a code', async t => {
  const seen = new Map<string | undefined, number>()
  for (let round = 0; round < 2000; round++) {
    const seed = `adapter ${round}`
    const bytes =
      round % 3 === 0
        ? mutateBytes(Buffer.from(CONFIG), seed)
        : Buffer.from(mutateJson(CONFIG, seed))
    const code = await codeOf(() => check(bytes)).catch(cause => {
      throw new Error(`seed ${seed}`, { cause })
    })
    seen.set(code, (seen.get(code) ?? 0) + 1)
  }
  const codes = ['ADAPTER_INVALID', 'ADAPTER_UNSUPPORTED', 'MODEL_INVALID', undefined]
  t.strictSame([...seen.keys()].sort(), codes)
  t.ok(seen.get(undefined)! > 100, 'some are still valid')
})
