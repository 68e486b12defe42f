import type { Test } from 'tap'
import { chunkCompliance } from './chunks.ts'
import { incompleteCompliance } from './incomplete-payloads.ts'
import { payloadCompliance } from './payloads.ts'
import { recordCompliance } from './records.ts'
import { stateCompliance } from './state.ts'
import type { StoreFactory, StoreUnderTest } from './store-under-test.ts'

/** Runs every promise of a store against the stores that `factory` makes. */
export async function storeCompliance(t: Test, factory: StoreFactory): Promise<void> {
  const withStore = (title: string, run: (t: Test, store: StoreUnderTest) => Promise<void>) =>
    t.test(title, async t => {
      const store = await factory(t)
      await store.start()
      t.teardown(() => store.stop())
      await run(t, store)
    })
  await recordCompliance(withStore)
  await chunkCompliance(withStore)
  await payloadCompliance(withStore)
  await incompleteCompliance(withStore)
  await stateCompliance(withStore)
  await withStore('a store can be stopped twice', async (t, store) => {
    await store.stop()
    await t.resolves(store.stop())
  })
}
