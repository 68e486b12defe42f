import t from 'tap'
import { MAX_CONFIG_BYTES } from '../../src/limits.ts'
import { withDtype } from '../../src/model/config-dtype.ts'

const patch = (json: string, dtype: 'F32' | 'BF16' = 'F32') =>
  Buffer.from(withDtype('config.json', Buffer.from(json), dtype)).toString()

t.test('only the value changes, every other byte stays', async t => {
  t.equal(
    patch('{\n  "a": [1, 2],\n "torch_dtype" :  "bfloat16" ,"b":"\\u00e4ä"\n}\n\n'),
    '{\n  "a": [1, 2],\n "torch_dtype" :  "float32" ,"b":"\\u00e4ä"\n}\n\n'
  )
  t.equal(patch('{"dtype":"a\\"b"}', 'BF16'), '{"dtype":"bfloat16"}')
})

t.test('sub-configurations are told too, nothing else is', async t => {
  t.equal(
    patch(
      '{"text_config":{"dtype":"x"},"vision_config":{"torch_dtype":"y","dtype":"z"},"dtype":"w"}'
    ),
    '{"text_config":{"dtype":"float32"},"vision_config":{"torch_dtype":"float32","dtype":"float32"},"dtype":"float32"}'
  )
  const untouched =
    '{"dtype":null,"quantization_config":{"dtype":"x"},"other":{"dtype":"x"},"a_config":{"b_config":{"dtype":"x"}},"c_config":3,"d_config":{"e":["dtype"]}}'
  t.equal(patch(untouched), untouched)
})

t.test('what Python writes and JSON does not know is passed over', async t => {
  t.equal(
    patch('{"limit":[0.0,Infinity,-Infinity,NaN],"dtype":"x"}'),
    '{"limit":[0.0,Infinity,-Infinity,NaN],"dtype":"float32"}'
  )
})

const MALFORMED: Record<string, [config: string | Uint8Array, message: RegExp]> = {
  'a list': ['[]', /expected \{/],
  'a cut text': ['{"dtype":"a', /doesn't end/],
  'text after the end': ['{} x', /only spaces/],
  'deep nesting': [`{"a":${'['.repeat(33)}${']'.repeat(33)}}`, /nested too deeply/],
  'a field that comes twice inside': ['{"a":{"b":1,"b":1}}', /"b" comes twice/],
  'no UTF-8': [Uint8Array.of(0xff), /not UTF-8/],
  'too many bytes': [new Uint8Array(MAX_CONFIG_BYTES + 1), /4194305 bytes/]
}

for (const [what, [config, message]] of Object.entries(MALFORMED)) {
  t.test(`withDtype() refuses ${what}`, async t => {
    t.throws(() => withDtype('config.json', Buffer.from(config as string), 'F32'), {
      code: 'MODEL_INVALID',
      message
    })
  })
}
