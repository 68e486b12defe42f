import fc from 'fast-check'
import t from 'tap'
import { Cursor } from '../src/cursor.ts'
import { integer } from './fixtures.ts'

const cursor = (...bytes: number[]) => new Cursor(Uint8Array.from(bytes))
const malformed = (message: RegExp) => ({ code: 'ONNX_MALFORMED', message })

t.test('int() reads every varint that a number holds, negative ones as ten bytes', async t => {
  fc.assert(
    fc.property(fc.maxSafeNat(), value => {
      // Field number 1: one byte of tag, then the varint.
      return new Cursor(integer(1, value).subarray(1)).int('x') === value
    })
  )
  t.equal(cursor(...Array(9).fill(0xff), 1).int('x'), -1)
})

t.test('int() refuses numbers that JavaScript can’t hold or that never end', async t => {
  const large = { code: 'ONNX_UNSUPPORTED', message: /x: the integer 9007199254740992 is beyond/ }
  t.throws(() => new Cursor(integer(1, 2 ** 53).subarray(1)).int('x'), large)
  t.throws(() => cursor(...Array(11).fill(0x80)).int('x'), malformed(/takes more than 10 bytes/))
  t.throws(() => cursor(0x80, 0x80).int('x'), malformed(/x: needs 1 bytes, 0 are left/))
})

t.test('float() and bytes() stop at the end', async t => {
  t.equal(cursor(0, 0, 0xc0, 0xbf).float('x'), -1.5)
  t.throws(() => cursor(0, 0, 0).float('x'), malformed(/needs 4 bytes, 3 are left/))
  t.same([...cursor(2, 7, 8, 9).bytes('x')], [7, 8])
  t.throws(() => cursor(3, 7, 8).bytes('x'), malformed(/needs 3 bytes, 2 are left/))
  t.throws(() => cursor(...Array(9).fill(0xff), 1).bytes('x'), malformed(/needs -1 bytes/))
})

t.test('isDone turns true when everything is read', async t => {
  const two = cursor(1, 0)
  two.int('x')
  t.notOk(two.isDone)
  two.int('x')
  t.ok(two.isDone)
})
