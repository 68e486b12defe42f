import t from 'tap'
import { graphNameFlaw, isCompanionName } from '../../src/model/companion-names.ts'

t.test('what loads a model is a companion; code, pickles and model cards are not', async t => {
  for (const name of ['config.json', 'tokenizer.model', 'chat_template.jinja', 'LICENSE']) {
    t.ok(isCompanionName(name), name)
  }
  for (const name of ['modeling_x.py', 'pytorch_model.bin', 'README.md', 'Config.json', '', '..']) {
    t.notOk(isCompanionName(name), name)
  }
})

t.test('a graph has a plain name that ends in .onnx', async t => {
  t.equal(graphNameFlaw('a b.onnx'), undefined)
  for (const name of ['.onnx', 'a.ONNX', 'a.py', 'a/b.onnx', 'a:b.onnx']) {
    t.type(graphNameFlaw(name), 'string', name)
  }
})
