import { test } from 'tap'
import type { Announcement } from '../../src/catalogue/announcement.ts'
import { Announcements } from '../../src/catalogue/announcements.ts'
import { MAX_ANNOUNCEMENT_LIFE_MS, MAX_ANNOUNCEMENTS } from '../../src/catalogue/limits.ts'

const NOW = 1_000_000
let ids = 0

function announcement(peer: string, seq: number, expires = NOW + 1000): Announcement {
  const id = new Uint8Array(32)
  new DataView(id.buffer).setUint32(0, ++ids)
  return { peer, seq, expires, addresses: [], roots: [], envelope: Uint8Array.of(seq & 255), id }
}

const nobody = (): boolean => false

test('the latest announcement of a peer wins; a replayed one changes nothing', async t => {
  const book = new Announcements(nobody)
  t.ok(book.add(announcement('a', 2), NOW))
  t.notOk(book.add(announcement('a', 1), NOW), 'an old one')
  t.notOk(book.add(announcement('a', 2), NOW), 'the same one')
  t.ok(book.add(announcement('a', 3), NOW))
  t.strictSame(
    book.all(NOW).map(({ seq }) => seq),
    [3]
  )
})

test('an announcement that has expired, or would hold for ever, is not taken', async t => {
  const book = new Announcements(nobody)
  t.notOk(book.add(announcement('a', 1, NOW), NOW))
  t.notOk(book.add(announcement('a', 1, NOW + MAX_ANNOUNCEMENT_LIFE_MS + 1), NOW))
  t.ok(book.add(announcement('a', 1, NOW + 5), NOW))
  t.equal(book.items(NOW).size, 1)
  t.strictSame(book.all(NOW + 5), [], 'and it is dropped when it expires')
  t.equal(book.items(NOW + 5).size, 0)
})

test('a flood of strangers displaces nobody; a connected peer always has room', async t => {
  const book = new Announcements(peer => peer.startsWith('friend'))
  for (let i = 0; i < MAX_ANNOUNCEMENTS; i++) t.ok(book.add(announcement(`peer ${i}`, 1), NOW))
  t.notOk(book.add(announcement('one too many', 1), NOW))
  t.ok(book.add(announcement('friend', 1), NOW))
  t.equal(book.all(NOW).length, MAX_ANNOUNCEMENTS)
  t.ok(book.all(NOW).some(({ peer }) => peer === 'friend'))
})

test('envelopes are read by their id', async t => {
  const book = new Announcements(nobody)
  const one = announcement('a', 7)
  book.add(one, NOW)
  t.strictSame(book.read(one.id), one.envelope)
  t.equal(book.read(new Uint8Array(32)), undefined)
})
