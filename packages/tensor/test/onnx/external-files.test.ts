import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoredInitializer } from '@soup/onnx'
import t, { type Test } from 'tap'
import { closeAll } from '../../src/close-all.ts'
import { MAX_SHARDS } from '../../src/limits.ts'
import { openExternalFiles } from '../../src/onnx/external-files.ts'

const at = (name: string, location: string, offset = 0, sizeBytes = 4): StoredInitializer => ({
  name,
  type: 'UINT8',
  shape: [sizeBytes],
  sizeBytes,
  data: { kind: 'external', location, offset }
})

/** A folder with a model and what else is said, beside a file that is none of its business. */
function folder(t: Test, content: Record<string, string>): string {
  return join(t.testdir({ secret: 'secret!!', m: { 'm.onnx': 'model', ...content } }), 'm')
}

const open = async (t: Test, path: string, ...initializers: StoredInitializer[]) => {
  const files = await openExternalFiles(path, initializers)
  t.teardown(() => closeAll(files.values(), path))
  return files
}
const malformed = (message: RegExp) => ({ code: 'ONNX_MALFORMED', message })

t.test('every file is opened once, also in folders below', async t => {
  const home = folder(t, { a: '12345678', b: '1234' })
  mkdirSync(join(home, 'sub'))
  writeFileSync(join(home, 'sub', 'c'), '1234')
  const files = await open(
    t,
    join(home, 'm.onnx'),
    ...[at('w', 'a'), at('v', 'a', 4), at('u', './b'), at('x', 'sub/c')]
  )
  t.same([...files.keys()], ['a', './b', 'sub/c'])
  t.equal(files.get('sub/c')?.name, realpathSync(join(home, 'sub', 'c')))
})

t.test('a model without external data opens nothing', async t => {
  const inline: StoredInitializer = { ...at('w', ''), data: { kind: 'inline', offset: 0 } }
  t.equal((await open(t, '/nowhere/m.onnx', inline)).size, 0)
})

t.test('links that lead out of the folder are refused, of files and of folders', async t => {
  const home = folder(t, {})
  symlinkSync('../secret', join(home, 'file'))
  symlinkSync('..', join(home, 'up'))
  const path = join(home, 'm.onnx')
  await t.rejects(open(t, path, at('w', 'file')), malformed(/"file" leads to .*secret, which is/))
  await t.rejects(open(t, path, at('w', 'up/secret')), malformed(/outside of the model's folder/))
  await t.rejects(open(t, path, at('w', 'up/m')), { code: 'ONNX_MALFORMED' }, 'the folder itself')
})

t.test('a folder of links into one of blobs, as the Hugging Face cache is, is read', async t => {
  const home = t.testdir({
    blobs: { model: 'model', data: '1234' },
    snapshot: {
      'm.onnx': t.fixture('symlink', '../blobs/model'),
      'm.data': t.fixture('symlink', '../blobs/data')
    }
  })
  const files = await open(t, join(home, 'snapshot', 'm.onnx'), at('w', 'm.data'))
  t.equal(files.get('m.data')?.sizeBytes, 4)
})

t.test('tied weights may share bytes, but ranges may not overlap in part', async t => {
  const path = join(folder(t, { a: '12345678' }), 'm.onnx')
  t.ok(await open(t, path, at('w', 'a'), at('tied', 'a'), at('v', 'a', 4), at('e', 'a', 2, 0)))
  const overlap = malformed(/initializer "v", bytes 2 to 6 of a: overlaps "w"/)
  await t.rejects(open(t, path, at('w', 'a'), at('v', 'a', 2)), overlap)
  await t.rejects(open(t, path, at('w', 'a'), at('v', 'a', 0, 8)), malformed(/"v".* overlaps "w"/))
})

t.test('ranges must lie in their file', async t => {
  const path = join(folder(t, { a: '12345678' }), 'm.onnx')
  const beyond = malformed(/initializer "w", bytes 5 to 9 of a: the file has 8/)
  await t.rejects(open(t, path, at('w', 'a', 5)), beyond)
  await t.rejects(open(t, path, at('w', 'a', Number.MAX_SAFE_INTEGER)), malformed(/the file has 8/))
})

t.test('a file that is missing or no file is named', async t => {
  const home = folder(t, {})
  mkdirSync(join(home, 'sub'))
  const path = join(home, 'm.onnx')
  const missing = { code: 'FILE_NOT_FOUND', message: /m\/nothing: there is no such file/ }
  await t.rejects(open(t, path, at('w', 'nothing')), missing)
  await t.rejects(open(t, path, at('w', 'sub')), { code: 'FILE_FAILED' })
})

t.test('more files than may be open at once are refused before any is opened', async t => {
  const many = Array.from({ length: MAX_SHARDS + 1 }, (_, i) => at(`w${i}`, `${i}`))
  await t.rejects(open(t, '/nowhere/m.onnx', ...many), {
    code: 'ONNX_LIMIT',
    message: /its data lie in more than 512 files/
  })
})
