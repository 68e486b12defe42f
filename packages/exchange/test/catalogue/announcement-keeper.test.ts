import { testKey } from '@soup/testing'
import { test } from 'tap'
import { signAnnouncement } from '../../src/catalogue/announcement.ts'
import { AnnouncementKeeper } from '../../src/catalogue/announcement-keeper.ts'
import { Announcements } from '../../src/catalogue/announcements.ts'
import type { CatalogueState } from '../../src/catalogue/index.ts'

class MemoryState implements CatalogueState {
  readonly map: Map<string, unknown> = new Map()
  writes = 0

  async put(namespace: string, key: string, value: string): Promise<void> {
    this.writes += 1
    this.map.set(`${namespace}/${key}`, value)
  }

  async delete(namespace: string, key: string): Promise<void> {
    this.map.delete(`${namespace}/${key}`)
  }

  async *list(namespace: string): AsyncIterable<[string, unknown]> {
    for (const [key, value] of this.map) {
      if (key.startsWith(`${namespace}/`)) yield [key.slice(namespace.length + 1), value]
    }
  }
}

const fields = { addresses: [], roots: [] }

test('announcements outlive a restart, and only changes are written', async t => {
  const state = new MemoryState()
  const keeper = new AnnouncementKeeper(state)
  const book = new Announcements(() => false)
  const expires = Date.now() + 60_000
  book.add(await signAnnouncement({ ...fields, seq: 1, expires }, await testKey('a')))
  await keeper.save(book)
  await keeper.save(book)
  t.equal(state.writes, 1)

  const restarted = new Announcements(() => false)
  await new AnnouncementKeeper(state).load(restarted)
  t.strictSame(restarted.all(), book.all())
})

test('what has expired or is no announcement is left out and removed', async t => {
  const state = new MemoryState()
  const old = await signAnnouncement({ ...fields, seq: 1, expires: 2 }, await testKey('a'))
  await state.put('announcements', old.peer, Buffer.from(old.envelope).toString('base64'))
  await state.put('announcements', 'x', 'bm9uc2Vuc2U=')
  state.map.set('announcements/y', 7)
  const keeper = new AnnouncementKeeper(state)
  const book = new Announcements(() => false)
  await keeper.load(book)
  t.strictSame(book.all(), [])
  await keeper.save(book)
  t.equal(state.map.size, 0)
})
