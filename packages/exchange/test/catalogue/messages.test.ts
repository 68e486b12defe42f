import fc from 'fast-check'
import { test } from 'tap'
import {
  MAX_BATCH_BYTES,
  MAX_IDS_PER_REQUEST,
  MAX_RECONCILE_BYTES
} from '../../src/catalogue/limits.ts'
import {
  type Answer,
  batches,
  encodeAnswer,
  encodeRequest,
  parseAnswer,
  parseRequest,
  type Request
} from '../../src/catalogue/messages.ts'

const joined = (parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

// By hand: type, then the fields in order; byte strings behind their length.
const REQUESTS: [string, Request][] = [
  ['01' + '056261736573' + '61', { type: 'reconcile', space: 'bases', message: bytes('61') }],
  [`0200${'ab'.repeat(32)}`, { type: 'get', shelf: 'records', ids: [bytes('ab'.repeat(32))] }],
  [
    '0301' + '0101' + '020203',
    { type: 'put', shelf: 'announcements', items: [bytes('01'), bytes('0203')] }
  ]
]

const ANSWERS: [string, Answer][] = [
  ['81' + '61', { type: 'reconcile', message: bytes('61') }],
  ['82' + '02' + '0107', { type: 'get', done: 2, items: [bytes('07')] }],
  ['83' + '05', { type: 'put', taken: 5 }],
  ['ff' + '02' + '6e6f', { type: 'error', code: 2, text: 'no' }]
]

test('requests and answers are encoded and parsed as written down', async t => {
  for (const [hex, request] of REQUESTS) {
    t.equal(Buffer.from(joined(encodeRequest(request))).toString('hex'), hex)
    t.strictSame(parseRequest(bytes(hex)), request)
  }
  for (const [hex, answer] of ANSWERS) {
    t.equal(Buffer.from(joined(encodeAnswer(answer))).toString('hex'), hex)
    t.strictSame(parseAnswer(bytes(hex)), answer)
  }
})

test('arbitrary bytes are a message or a WireError', async t => {
  const isTame = (parse: () => unknown): boolean => {
    try {
      parse()
      return true
    } catch (error) {
      return error instanceof Error && error.name === 'WireError'
    }
  }
  const body = fc.tuple(fc.constantFrom(1, 2, 3, 129, 130, 131, 255), fc.uint8Array())
  fc.assert(
    fc.property(body, ([type, rest]) => {
      const message = Uint8Array.of(type, ...rest)
      return isTame(() => parseRequest(message)) && isTame(() => parseAnswer(message))
    }),
    { numRuns: 1000 }
  )
  t.pass('for 1,000 bodies')
})

test('messages past a limit are refused', async t => {
  for (const hex of [
    '00', // unknown request
    '0202', // unknown shelf
    '0200aa', // no whole id
    `0200${'ab'.repeat(32 * (MAX_IDS_PER_REQUEST + 1))}`,
    `0300${'00'.repeat(MAX_IDS_PER_REQUEST + 1)}`,
    '0105ab', // a name that is cut off
    `0161${'61'.repeat(97)}` // a name of 97 bytes
  ]) {
    t.throws(() => parseRequest(bytes(hex)), { name: 'WireError' }, hex.slice(0, 16))
  }
  const message = new Uint8Array(MAX_RECONCILE_BYTES)
  t.equal(parseRequest(Uint8Array.of(1, 1, 98, ...message)).type, 'reconcile')
  t.throws(() => parseRequest(Uint8Array.of(1, 1, 98, ...message, 0)), { name: 'WireError' })
  t.equal(parseAnswer(Uint8Array.of(129, ...message)).type, 'reconcile')
  t.throws(() => parseAnswer(Uint8Array.of(129, ...message, 0)), { name: 'WireError' })
})

test("a peer's error text is one short line without control characters", async t => {
  const text = '\u001b[31mred\nline'.repeat(100)
  const answer = parseAnswer(joined(encodeAnswer({ type: 'error', code: 1, text })))
  t.match(answer, { type: 'error', code: 1 })
  if (answer.type === 'error') t.notMatch(answer.text, /\p{C}/u)
  if (answer.type === 'error') t.ok(answer.text.length <= 256)
})

test('batches end before they are too large, and a large item travels alone', async t => {
  const sizes: number[][] = []
  const items = [10, MAX_BATCH_BYTES - 10, 1, MAX_BATCH_BYTES * 2, 5].map(n => new Uint8Array(n))
  for await (const batch of batches(items)) sizes.push(batch.map(item => item.length))
  t.strictSame(sizes, [[10, MAX_BATCH_BYTES - 10], [1], [MAX_BATCH_BYTES * 2], [5]])
})
