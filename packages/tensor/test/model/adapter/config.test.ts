import t from 'tap'
import { parseAdapterConfig } from '../../../src/model/adapter/config.ts'
import { parse, WRITTEN } from './fixtures.ts'

t.test('what PEFT writes is read', async t => {
  t.strictSame(parse(), {
    name: 'the adapter',
    rank: 4,
    alpha: 16,
    rankPattern: new Map(),
    alphaPattern: new Map(),
    targetModules: ['q_proj', 'v_proj'],
    excludeModules: [],
    modulesToSave: [],
    layersToTransform: undefined,
    layersPattern: [],
    fanInFanOut: false,
    usesRslora: false,
    usesDora: false,
    hasLoraBias: false
  })
})

t.test('a short configuration has the defaults of PEFT', async t => {
  const { rank, alpha, targetModules, excludeModules } = parseAdapterConfig(
    Buffer.from('{"peft_type":"LORA"}')
  )
  t.strictSame(
    { rank, alpha, targetModules, excludeModules },
    {
      ...{ rank: 8, alpha: 8, targetModules: undefined, excludeModules: [] }
    }
  )
})

t.test('every field that counts is read', async t => {
  t.match(
    parse({
      ...{ rank_pattern: { q_proj: 8, __proto__x: 1 }, alpha_pattern: { 'layers\\.1': 2.5 } },
      ...{ target_modules: 'all-linear', exclude_modules: '.*lm_head', modules_to_save: ['norm'] },
      ...{ fan_in_fan_out: true, use_rslora: true, use_dora: true, lora_bias: true }
    }),
    {
      ...{
        rankPattern: new Map([
          ['q_proj', 8],
          ['__proto__x', 1]
        ])
      },
      ...{ alphaPattern: new Map([['layers\\.1', 2.5]]), targetModules: 'all-linear' },
      ...{ excludeModules: '.*lm_head', modulesToSave: ['norm'], fanInFanOut: true },
      ...{ usesRslora: true, usesDora: true, hasLoraBias: true }
    }
  )
  t.strictSame(parse({ layers_to_transform: 3, layers_pattern: 'h' }).layersToTransform, [3])
  t.strictSame(parse({ layers_to_transform: [], layers_pattern: '' }).layersToTransform, undefined)
  t.strictSame(parse({ layers_to_transform: [0, 1] }).layersToTransform, [0, 1])
})

const WRONG: Record<string, unknown> = {
  'r 0': { r: 0 },
  'r -1': { r: -1 },
  'r 1.5': { r: 1.5 },
  'r text': { r: '4' },
  'r huge': { r: 65537 },
  'alpha text': { lora_alpha: '16' },
  'rank_pattern list': { rank_pattern: ['q'] },
  'rank_pattern value': { rank_pattern: { q: '4' } },
  'alpha_pattern value': { alpha_pattern: { q: null } },
  'target_modules number': { target_modules: 1 },
  'target_modules of numbers': { target_modules: [1] },
  'exclude_modules object': { exclude_modules: { a: 1 } },
  'layers_to_transform text': { layers_to_transform: '1' },
  'layers_to_transform negative': { layers_to_transform: [-1] },
  'layers_pattern number': { layers_pattern: 3 },
  'use_rslora text': { use_rslora: 'yes' },
  'fan_in_fan_out number': { fan_in_fan_out: 1 }
}

for (const [what, fields] of Object.entries(WRONG)) {
  t.test(`parseAdapterConfig() refuses ${what}`, async t => {
    const message = new RegExp(
      `^the adapter is no valid adapter: ${what.split(' ')[0]?.replace('alpha', '(lora_)?alpha')}`
    )
    t.throws(() => parse(fields as Record<string, unknown>), { code: 'ADAPTER_INVALID', message })
  })
}

const MALFORMED: Record<string, [text: string | Uint8Array, code: string]> = {
  nothing: ['', 'ADAPTER_INVALID'],
  'a list': ['[]', 'ADAPTER_INVALID'],
  'text after the end': [`${JSON.stringify(WRITTEN)}x`, 'ADAPTER_INVALID'],
  'a field that comes twice': ['{"peft_type":"LORA","r":1,"r":2}', 'ADAPTER_INVALID'],
  'deep nesting': ['{"a":'.repeat(40), 'ADAPTER_INVALID'],
  'an infinite alpha': ['{"peft_type":"LORA","lora_alpha":Infinity}', 'ADAPTER_INVALID'],
  'no UTF-8': [Uint8Array.of(0xff), 'MODEL_INVALID'],
  'many bytes': [new Uint8Array(4 * 2 ** 20 + 1), 'MODEL_INVALID']
}

for (const [what, [text, code]] of Object.entries(MALFORMED)) {
  t.test(`parseAdapterConfig() refuses ${what}`, async t => {
    t.throws(() => parseAdapterConfig(Buffer.from(text as string)), { code })
  })
}
