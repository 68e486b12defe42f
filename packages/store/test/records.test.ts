import t from 'tap'
import { memoryKeyValue } from '../src/key-value.ts'
import { keptRecords } from '../src/records.ts'

t.test('a record and its index entries are one write', async t => {
  const db = memoryKeyValue()
  const writes: string[][] = []
  const records = keptRecords({
    ...db,
    write: async changes => {
      writes.push(changes.map(([key]) => key))
      await db.write(changes)
    }
  })
  await records.put({ id: 'i', kind: 'expert', base: 'b', envelope: new Uint8Array() })
  await records.put({ id: 'j', kind: 'note', base: undefined, envelope: new Uint8Array() })
  t.same(writes, [
    ['r!i', 'k!expert!i', 'b!b!i', 'c!b!expert!i'],
    ['r!j', 'k!note!j']
  ])
})

t.test('a put after a failed one is tried again', async t => {
  const db = memoryKeyValue()
  let isFull = true
  const records = keptRecords({
    ...db,
    write: changes => (isFull ? Promise.reject(new Error('full')) : db.write(changes))
  })
  const record = { id: 'i', kind: 'base', base: 'b', envelope: new Uint8Array() }
  await t.rejects(records.put(record), { message: 'full' })
  isFull = false
  t.equal(await records.put(record), true)
})

t.test('an ambiguous prefix names at most 10 candidates, and says that there are more', async t => {
  const records = keptRecords(memoryKeyValue())
  for (let i = 10; i < 25; i++) {
    await records.put({ id: `id${i}`, kind: 'base', base: 'b', envelope: new Uint8Array() })
  }
  const error = await records.resolve('id').catch(error => error)
  t.equal(error.details.candidates.length, 10)
  t.match(error.message, 'and more')
})
