import t from 'tap'
import { fileNameFlaw } from '../src/file-name-flaw.ts'

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
