import { test } from 'tap'
import { firstLine, withinDialTime } from '../src/dial.ts'

test('withinDialTime() passes an abort on', async t => {
  const controller = new AbortController()
  const signal = withinDialTime(controller.signal)
  t.notOk(signal.aborted)
  controller.abort(new Error('enough'))
  t.match(signal.reason, { message: 'enough' })
  t.notOk(withinDialTime(undefined).aborted)
})

test('firstLine() keeps a stack, and what steers a terminal, out of a sentence', async t => {
  t.equal(firstLine(new Error('one\n  at two')), 'one')
  t.equal(firstLine('bell\u0007'), 'bell?')
  t.equal(firstLine(undefined), 'undefined')
})
