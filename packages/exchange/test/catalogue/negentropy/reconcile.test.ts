import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { test } from 'tap'
import type { Item } from '../../../src/catalogue/negentropy/bound.ts'
import { ItemSet } from '../../../src/catalogue/negentropy/item-set.ts'
import { MAX_TIMESTAMP, MIN_MESSAGE_BYTES } from '../../../src/catalogue/negentropy/limits.ts'
import { advance, initiate, respond } from '../../../src/catalogue/negentropy/reconcile.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const sha256 = (text: string): Uint8Array =>
  new Uint8Array(createHash('sha256').update(text).digest())
const numbered = (n: number, timestamp = 0): Item => ({ timestamp, id: sha256(`item ${n}`) })

interface Outcome {
  have: string[]
  need: string[]
  rounds: number
  largestBytes: number
}

function run(client: Item[], server: Item[], maxBytes = MIN_MESSAGE_BYTES): Outcome {
  const ours = new ItemSet(client)
  const theirs = new ItemSet(server)
  const outcome: Outcome = { have: [], need: [], rounds: 0, largestBytes: 0 }
  let message: Uint8Array | undefined = initiate(ours, maxBytes)
  while (message !== undefined && outcome.rounds < 1000) {
    const answer: Uint8Array = respond(theirs, message, maxBytes)
    outcome.rounds += 1
    outcome.largestBytes = Math.max(outcome.largestBytes, message.length, answer.length)
    const step = advance(ours, answer, maxBytes)
    outcome.have.push(...step.have.map(hex))
    outcome.need.push(...step.need.map(hex))
    message = step.message
  }
  outcome.have.sort()
  outcome.need.sort()
  return outcome
}

const idsOf = (items: Item[]): string[] => items.map(item => hex(item.id)).sort()

test('any two sets are reconciled to exactly what each side lacks', async t => {
  const place = fc.record({
    n: fc.nat(5000),
    where: fc.constantFrom('client', 'server', 'both'),
    timestamp: fc.constantFrom(0, 0, 1, 7, MAX_TIMESTAMP)
  })
  const places = fc.uniqueArray(place, { selector: ({ n }) => n, maxLength: 600, size: 'max' })
  fc.assert(
    fc.property(places, all => {
      const of = (...sides: string[]): Item[] =>
        all.filter(p => sides.includes(p.where)).map(p => numbered(p.n, p.timestamp))
      const outcome = run(of('client', 'both'), of('server', 'both'))
      assert.deepEqual(outcome.have, idsOf(of('client')))
      assert.deepEqual(outcome.need, idsOf(of('server')))
    }),
    { numRuns: 60, endOnFailure: true }
  )
  t.pass('for 60 pairs of sets')
})

test('no message exceeds the limit, and what does not fit is settled in further rounds', async t => {
  const range = (from: number, to: number): Item[] =>
    Array.from({ length: to - from }, (_, i) => numbered(from + i))
  for (const [client, server] of [
    [range(0, 0), range(0, 3000)],
    [range(0, 3000), range(1500, 4500)],
    [range(0, 3000), range(3000, 6000)]
  ] as const) {
    const outcome = run(client, server)
    const ours = new Set(idsOf(client))
    const theirs = new Set(idsOf(server))
    assert.deepEqual(
      outcome.have,
      [...ours].filter(id => !theirs.has(id))
    )
    assert.deepEqual(
      outcome.need,
      [...theirs].filter(id => !ours.has(id))
    )
    t.ok(
      outcome.largestBytes <= MIN_MESSAGE_BYTES,
      `largest message: ${outcome.largestBytes} bytes`
    )
    t.ok(outcome.rounds > 5, `${outcome.rounds} rounds`)
  }
})

test('equal sets cost one round of a few hundred bytes, whatever their size', async t => {
  const items = Array.from({ length: 10_000 }, (_, n) => numbered(n))
  const outcome = run(items, items)
  t.equal(outcome.rounds, 1)
  t.ok(outcome.largestBytes < 512, `${outcome.largestBytes} bytes`)
})

test('one missing item among 10,000 is found in few rounds', async t => {
  const items = Array.from({ length: 10_000 }, (_, n) => numbered(n))
  const outcome = run(items.slice(1), items)
  t.strictSame(outcome.need, idsOf(items.slice(0, 1)))
  t.strictSame(outcome.have, [])
  t.ok(outcome.rounds <= 4, `${outcome.rounds} rounds`)
})

test('a server answers a later version with its own version byte alone', async t => {
  const answer = respond(new ItemSet([]), Uint8Array.of(0x62, 1, 2, 3), MIN_MESSAGE_BYTES)
  t.equal(hex(answer), '61')
})

test('arbitrary bytes are refused with a WireError or answered within the limit', async t => {
  const set = new ItemSet(Array.from({ length: 500 }, (_, n) => numbered(n)))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), bytes => {
      const message = Uint8Array.of(0x61, ...bytes)
      try {
        return respond(set, message, MIN_MESSAGE_BYTES).length <= MIN_MESSAGE_BYTES
      } catch (error) {
        return error instanceof Error && error.name === 'WireError'
      }
    }),
    { numRuns: 500 }
  )
  t.pass('nothing else happened')
})

test('a message size below the minimum is a mistake of the caller', async t => {
  t.throws(() => initiate(new ItemSet([]), MIN_MESSAGE_BYTES - 1), RangeError)
})
