import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { begin } from '../../src/write/write-thread.ts'

const module = new URL('./counting.ts', import.meta.url).href

t.test('a thread writes the runs that it is given into files that exist', async t => {
  const path = join(t.testdir({ out: '....' }), 'out')
  const part = { tensor: 'a', offset: 0, sizeBytes: 2, file: 0, position: 1 }
  const input = {
    opener: { module, input: { sizes: { a: 2 } } },
    paths: [path],
    runs: [[], [part]]
  }
  const member = await begin(input, () => {})
  await member.run(1)
  await member.end()
  t.strictSame([...readFileSync(path)], [46, 2, 3, 46])
})
