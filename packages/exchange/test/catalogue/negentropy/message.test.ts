import { test } from 'tap'
import { ItemSet } from '../../../src/catalogue/negentropy/item-set.ts'
import { MIN_MESSAGE_BYTES } from '../../../src/catalogue/negentropy/limits.ts'
import { MessageWriter, parseMessage } from '../../../src/catalogue/negentropy/message.ts'
import { initiate, respond } from '../../../src/catalogue/negentropy/reconcile.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex')
const ONE = `01${'00'.repeat(31)}`
const TWO = `02${'00'.repeat(31)}`

test('first messages are as written down from the specification', async t => {
  // 61, then one range: bound infinity (00) without prefix (00), mode ids (02), count, ids.
  t.equal(hex(initiate(new ItemSet([]), MIN_MESSAGE_BYTES)), '61' + '0000' + '02' + '00')
  const one = new ItemSet([{ timestamp: 0, id: bytes(ONE) }])
  t.equal(hex(initiate(one, MIN_MESSAGE_BYTES)), `61${'0000'}${'02'}${'01'}${ONE}`)
})

test('an answer lists what the server has where the client listed', async t => {
  const set = new ItemSet([{ timestamp: 0, id: bytes(TWO) }])
  t.equal(hex(respond(set, bytes('6100000200'), MIN_MESSAGE_BYTES)), `6100000201${TWO}`)
})

test('an answer to an equal fingerprint is a skip, which at the end is left out', async t => {
  // 61, bound infinity, mode fingerprint (01), the fingerprint of the empty set.
  const message = bytes('61' + '0000' + '01' + '7f9c9e31ac8256ca2f258583df262dbc')
  t.equal(hex(respond(new ItemSet([]), message, MIN_MESSAGE_BYTES)), '61')
})

test('skips are joined, and written before what follows', async t => {
  const at = (byte: number) => ({ timestamp: 0, prefix: Uint8Array.of(byte) })
  const writer = new MessageWriter(MIN_MESSAGE_BYTES)
  writer.write({ mode: 'skip', upper: at(1) })
  writer.write({ mode: 'skip', upper: at(2) })
  t.ok(writer.isEmpty)
  writer.write({ mode: 'ids', upper: at(3), ids: [] })
  // bound 0 (01) prefix 02, mode 00; bound 0 (01) prefix 03, mode 02, no ids.
  t.equal(hex(writer.finish()), '61' + '010102' + '00' + '010103' + '02' + '00')
})

test('a message with three modes is parsed', async t => {
  const fingerprint = 'aa'.repeat(16)
  const message = `61${'010110'}00${'010120'}01${fingerprint}${'0000'}02${'01'}${ONE}`
  const [skip, print, ids] = parseMessage(bytes(message))
  t.match(skip, { mode: 'skip', upper: { timestamp: 0 } })
  t.match(print, { mode: 'fingerprint' })
  t.match(ids, { mode: 'ids', upper: { timestamp: Infinity } })
})

const MALFORMED: [string, string][] = [
  ['', 'nothing'],
  ['62', 'another version'],
  ['6100', 'a bound that is cut off'],
  ['61000003', 'an unknown mode'],
  ['61000001aaaa', 'a fingerprint that is cut off'],
  [`6100000202${ONE}`, 'fewer ids than promised'],
  ['610000028fffffffffffff7f', 'an absurd number of ids'],
  ['61' + '010120' + '00' + '010110' + '00', 'ranges that descend'],
  ['61' + '0000' + '00' + '010110' + '00', 'a range after infinity']
]

test('malformed messages are refused', async t => {
  for (const [message, what] of MALFORMED) {
    t.throws(() => parseMessage(bytes(message)), { name: 'WireError' }, what)
  }
})
