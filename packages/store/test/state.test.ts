import t from 'tap'
import { memoryKeyValue } from '../src/key-value.ts'
import { keptState } from '../src/state.ts'

t.test('a damaged value is named with STORE_CORRUPT', async t => {
  const db = memoryKeyValue()
  await db.write([['s!n!k', Buffer.from('{')]])
  const state = keptState(db)
  await t.rejects(state.get('n', 'k'), { code: 'STORE_CORRUPT', message: 'n/k' })
  await t.rejects(Array.fromAsync(state.list('n')), { code: 'STORE_CORRUPT' })
})

t.test('state passes on abort reasons', async t => {
  const state = keptState(memoryKeyValue())
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await t.rejects(state.put('n', 'k', 1, { signal }), reason)
  await t.rejects(state.get('n', 'k', { signal }), reason)
})
