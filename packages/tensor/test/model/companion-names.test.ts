import t from 'tap'
import { fileNameFlaw, graphNameFlaw, isCompanionName } from '../../src/model/companion-names.ts'

t.test('what loads a model is a companion; code, pickles and model cards are not', async t => {
  for (const name of ['config.json', 'tokenizer.model', 'chat_template.jinja', 'LICENSE']) {
    t.ok(isCompanionName(name), name)
  }
  for (const name of ['modeling_x.py', 'pytorch_model.bin', 'README.md', 'Config.json', '', '..']) {
    t.notOk(isCompanionName(name), name)
  }
})

t.test('a name that leads elsewhere has a flaw', async t => {
  for (const name of [
    '',
    '.',
    '..',
    'a/b',
    '..\\a',
    'C:a',
    'a\0',
    'a\n',
    'x'.repeat(256),
    'é'.repeat(128)
  ]) {
    t.type(fileNameFlaw(name), 'string', JSON.stringify(name))
  }
  for (const name of ['a', '.a', '...', 'model.onnx', 'x'.repeat(255)]) {
    t.equal(fileNameFlaw(name), undefined, name)
  }
})

t.test('a graph has a plain name that ends in .onnx', async t => {
  t.equal(graphNameFlaw('a b.onnx'), undefined)
  for (const name of ['.onnx', 'a.ONNX', 'a.py', 'a/b.onnx', 'a:b.onnx']) {
    t.type(graphNameFlaw(name), 'string', name)
  }
})
