import t from 'tap'
import { SoupError } from '../src/errors.ts'
import { errorToJson, RelayedError } from '../src/relayed-error.ts'

t.test('errorToJson() keeps code, message and details of every SoupError', async t => {
  const details = { tensor: 'w', expected: 3 }
  t.same(errorToJson(new SoupError('NOT_PULLED', 'no', { details })), {
    code: 'NOT_PULLED',
    message: 'no',
    details
  })
  t.same(errorToJson(new SoupError('X', 'y')), { code: 'X', message: 'y', details: {} })
})

t.test('errorToJson() calls an abort an abort, and what is unexpected INTERNAL', async t => {
  t.match(errorToJson(AbortSignal.abort().reason), { code: 'ABORTED', message: 'Interrupted' })
  t.match(errorToJson(new TypeError('x is undefined')), {
    code: 'INTERNAL',
    message: 'x is undefined'
  })
  t.match(errorToJson('thrown text'), { code: 'INTERNAL', message: 'thrown text' })
  t.match(errorToJson(undefined), { code: 'INTERNAL', message: 'undefined' })
})

t.test('errorToJson() says what to do about too many open files', async t => {
  const error = Object.assign(new Error("EMFILE: too many open files, open '/a.ts'"), {
    code: 'EMFILE'
  })
  t.match(errorToJson(error), { code: 'FILE_FAILED', message: /'\/a\.ts': .*ulimit -n$/ })
})

t.test('a RelayedError turns back into the JSON that it came from', async t => {
  const json = { code: 'DELTA_MISMATCH', message: 'it does not fit', details: { tensor: 'w' } }
  const wire = JSON.parse(JSON.stringify(errorToJson(new RelayedError(json))))
  t.same(wire, json)
})
