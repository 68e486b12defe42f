// Adds payloads and records to the store at argv[2] until somebody kills it, and says so after each.
import { levelStore } from '@soup/store'
import { memorySource, seededBytes } from '@soup/testing'

const [path, round] = process.argv.slice(2)
const store = levelStore({ path: path! })
await store.start()
for (let i = 0; ; i++) {
  const seed = `${round} ${i}`
  const { root } = await store.payloads.add(memorySource(seededBytes(seed, 1_200_000 + i)))
  await store.records.put({
    id: root,
    kind: 'base',
    base: undefined,
    envelope: seededBytes(seed, 100)
  })
  process.send?.(i)
}
