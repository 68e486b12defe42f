import t from 'tap'
import { type Reading, readBuffer, readSource } from '../src/reading.ts'
import { source } from './fixtures.ts'

function* sum(): Reading<number> {
  const first = yield { offset: 3, length: 2 }
  const second = yield { offset: 0, length: 1 }
  return first[0]! + first[1]! + second[0]!
}

t.test('a computation gets the same bytes of a source and of a buffer', async t => {
  const bytes = Uint8Array.of(1, 2, 4, 8, 16)
  t.equal(readBuffer(bytes, sum()), 25)
  t.equal(await readSource(source(bytes), sum()), 25)
})

t.test('readSource() stops with the reason of an abort', async t => {
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await t.rejects(readSource(source(new Uint8Array(5)), sum(), { signal }), reason)
})
