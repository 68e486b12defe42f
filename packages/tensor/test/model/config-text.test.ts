import t from 'tap'
import { configFields, decodeConfig, replaceValues } from '../../src/model/config-text.ts'

const TEXT =
  '{"a": 1, "text_config": {"a": "x", "b": {"a": 2}}, "quantization_config": {"a": 3}, "c_config": 4}'

t.test('fields are those of the model and of its sub-configurations', async t => {
  t.strictSame(
    configFields('f', TEXT).map(({ section, name, begin, end }) => [
      section,
      name,
      TEXT.slice(begin, end)
    ]),
    [
      [undefined, 'a', '1'],
      ['text_config', 'a', '"x"'],
      ['text_config', 'b', '{"a": 2}'],
      [undefined, 'quantization_config', '{"a": 3}'],
      [undefined, 'c_config', '4']
    ]
  )
})

t.test('values are replaced where they stand', async t => {
  const fields = configFields('f', TEXT).filter(({ name }) => name === 'a')
  t.equal(replaceValues(TEXT, fields, 'null'), TEXT.replace('1', 'null').replace('"x"', 'null'))
  t.equal(replaceValues(TEXT, [], 'null'), TEXT)
})

t.test('what is no configuration is refused', async t => {
  t.throws(() => configFields('f', '[]'), { code: 'MODEL_INVALID', message: /^f / })
  t.throws(() => decodeConfig('f', Uint8Array.of(0xff)), { code: 'MODEL_INVALID' })
  t.equal(decodeConfig('f', Buffer.from('ä')), 'ä')
})
