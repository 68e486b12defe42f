import { createHash } from 'node:crypto'
import t from 'tap'
import { memoryFile } from '../../src/model/memory-file.ts'

t.test('memoryFile() hands out copies of what it was made of', async t => {
  const bytes = Buffer.from('{}')
  const file = memoryFile('config.json', bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  t.match(file, { fileName: 'config.json', sizeBytes: 2, sha256 })
  ;(await file.read()).fill(0)
  t.equal(Buffer.from(await file.read()).toString(), '{}')
})
