import t from 'tap'
import { adviceOnFile, adviceOnFolder } from '../../src/model/format-advice.ts'

t.test('a file that may be safetensors gets no advice', async t => {
  for (const path of ['a.safetensors', 'blob', 'a.b/c', 'x.SAFETENSORS'])
    t.equal(adviceOnFile(path), undefined)
  for (const path of ['a.bin', 'a.pkl', 'a.gguf', 'a.h5', 'a.json', '/b.c/a.ONNX']) {
    t.match(adviceOnFile(path), /^it is an? /, path)
  }
})

t.test('a folder is told what is expected and what it has', async t => {
  t.equal(adviceOnFolder([], 'X'), 'expected X in it, it is empty')
  t.equal(adviceOnFolder(['notes'], 'X'), 'expected X in it, it has no weights')
  t.match(adviceOnFolder(['b.msgpack'], 'X'), /^expected X in it, it has "b.msgpack": a Flax file/)
})
