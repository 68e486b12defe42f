import { test } from 'tap'
import { ProviderFault, verdictOf } from '../../src/chunks/fault.ts'

test('verdictOf() says what a failure means for the pull', async t => {
  const unsupported = Object.assign(new Error('no'), { name: 'UnsupportedProtocolError' })
  t.equal(verdictOf(new ProviderFault('ban', 'lied')), 'ban')
  t.equal(verdictOf(unsupported), 'leave')
  t.equal(verdictOf(new Error('connection reset')), 'retry')
  t.equal(verdictOf('text'), 'retry')
})
