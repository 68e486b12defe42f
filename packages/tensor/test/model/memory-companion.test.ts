import t from 'tap'
import { memoryCompanion } from '../../src/model/memory-companion.ts'
import { sha256 } from '../fixtures.ts'

t.test('a companion in memory is described and read as a copy', async t => {
  const bytes = Buffer.from('{}')
  const { fileName, sizeBytes, sha256: hash, read } = memoryCompanion('config.json', bytes)
  t.strictSame([fileName, sizeBytes, hash], ['config.json', 2, sha256(bytes)])
  ;(await read())[0] = 0
  t.equal(Buffer.from(await read()).toString(), '{}')
  const signal = AbortSignal.abort(new Error('enough'))
  await t.rejects(read({ signal }), { message: 'enough' })
})
