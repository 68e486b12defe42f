import { SoupError } from '@soup/interface'
import t from 'tap'

t.test('a SoupError carries code, message, details and cause', async t => {
  const cause = new Error('disk')
  const error = new SoupError('STORE_FULL', 'The disk is full', { details: { path: '/x' }, cause })
  t.ok(error instanceof Error)
  t.equal(error.name, 'SoupError')
  t.equal(error.code, 'STORE_FULL')
  t.equal(error.message, 'The disk is full')
  t.same(error.details, { path: '/x' })
  t.equal(error.cause, cause)
})

t.test('details default to an empty object and cause to none', async t => {
  const error = new SoupError('X', 'x')
  t.same(error.details, {})
  t.notOk('cause' in error)
})
