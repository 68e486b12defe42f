import t from 'tap'
import { patternCompiler } from '../../../src/model/adapter/pattern.ts'
import { targetMatcher } from '../../../src/model/adapter/targets.ts'
import { parse } from './fixtures.ts'

const NAMES = [
  'model.layers.0.self_attn.q_proj',
  'model.layers.1.self_attn.q_proj',
  'model.layers.1.mlp.experts.0.up_proj',
  'lm_head'
]
const targets = (fields: Record<string, unknown>) => {
  const isTarget = targetMatcher(parse(fields), patternCompiler())
  return NAMES.flatMap((name, i) => (isTarget(name) ? [i] : []))
}

const CASES: Record<string, [fields: Record<string, unknown>, expected: number[]]> = {
  'a suffix': [{ target_modules: ['q_proj'] }, [0, 1]],
  'a part of a name is no suffix': [{ target_modules: ['proj', 'head'] }, []],
  'a whole name': [{ target_modules: ['lm_head'] }, [3]],
  'an expression of whole names': [{ target_modules: '.*1.*proj' }, [1, 2]],
  'an expression of parts': [{ target_modules: 'q_proj' }, []],
  'all-linear in any case': [{ target_modules: 'All-Linear' }, [0, 1, 2, 3]],
  'nothing said': [{ target_modules: null }, [0, 1, 2, 3]],
  'an empty list': [{ target_modules: [] }, []],
  'excluded suffixes': [{ target_modules: 'all-linear', exclude_modules: ['q_proj'] }, [2, 3]],
  'an excluded expression': [
    { target_modules: 'all-linear', exclude_modules: '.*\\.1\\..*' },
    [0, 3]
  ],
  'what is saved whole': [
    { target_modules: 'all-linear', modules_to_save: ['lm_head', 'mlp'] },
    [0, 1]
  ],
  'a layer': [{ target_modules: ['q_proj', 'up_proj'], layers_to_transform: 1 }, [1, 2]],
  'layers of a list': [
    { target_modules: ['q_proj', 'up_proj'], layers_to_transform: [0], layers_pattern: 'layers' },
    [0]
  ],
  'layers of one of two lists': [
    {
      target_modules: ['q_proj', 'up_proj'],
      layers_to_transform: [0],
      layers_pattern: ['h', 'experts']
    },
    [2]
  ],
  'a whole name in any layer': [
    { target_modules: ['lm_head', 'q_proj'], layers_to_transform: [0] },
    [0, 3]
  ]
}

for (const [what, [fields, expected]] of Object.entries(CASES)) {
  t.test(`target modules by ${what}`, async t => t.strictSame(targets(fields), expected))
}

t.test('an expression that is not matched safely is refused by the name of its field', async t => {
  const refused = {
    target_modules: { target_modules: '(?<=a)b' },
    exclude_modules: { exclude_modules: '(a)\\1' },
    modules_to_save: { modules_to_save: ['('] },
    layers_pattern: { layers_to_transform: [1], layers_pattern: '(a*)*' }
  }
  for (const [field, fields] of Object.entries(refused)) {
    t.throws(() => targets(fields), { code: 'ADAPTER_UNSUPPORTED', details: { field } }, field)
  }
})

t.test('a list of layers may be the first part of a name, if layers_pattern says so', async t => {
  const matches = (layersPattern: string | undefined, layer = 3) =>
    targetMatcher(
      parse({
        target_modules: ['q_proj', 'c_attn'],
        layers_to_transform: [layer],
        layers_pattern: layersPattern
      }),
      patternCompiler()
    )
  t.ok(matches('h')('h.3.attn.c_attn'))
  t.ok(matches('layers', 0)('layers.0.self_attn.q_proj'))
  t.ok(matches('layers', 0)('model.layers.0.self_attn.q_proj'))
  t.notOk(matches('h', 2)('h.3.attn.c_attn'), 'another layer')
  t.notOk(matches('layers')('h.3.attn.c_attn'), 'another list')
  t.notOk(
    matches(undefined)('h.3.attn.c_attn'),
    'without a pattern PEFT wants a part before the list'
  )
})
