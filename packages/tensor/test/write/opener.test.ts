import t from 'tap'
import { openFrom } from '../../src/write/opener.ts'

const module = new URL('./counting.ts', import.meta.url).href

t.test('openFrom() calls what the module exports', async t => {
  const checkpoint = await openFrom({ module, input: { sizes: { a: 2 } } })
  t.strictSame([...checkpoint.tensors.keys()], ['a'])
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await t.rejects(openFrom({ module, input: { sizes: {} } }, { signal }), reason)
})
