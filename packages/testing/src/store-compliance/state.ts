import type { WithStore } from './store-under-test.ts'

/** State: small values, each namespace for itself. */
export async function stateCompliance(withStore: WithStore): Promise<void> {
  await withStore('state keeps JSON values per namespace', async (t, store) => {
    const value = { a: [1, 'two', null, true], b: { c: -0.5 } }
    await store.state.put('settings', 'k', value)
    await store.state.put('settings-2', 'k', 'other')
    t.same(await store.state.get('settings', 'k'), value)
    t.equal(await store.state.get('settings', 'l'), undefined)
    t.equal(await store.state.get('other', 'k'), undefined)
    await store.state.put('settings', 'k', null)
    t.equal(await store.state.get('settings', 'k'), null)
    await store.state.delete('settings', 'k')
    await store.state.delete('settings', 'k')
    t.equal(await store.state.get('settings', 'k'), undefined)
    t.equal(await store.state.get('settings-2', 'k'), 'other')
  })
  await withStore('state.list() lists one namespace in the order of its keys', async (t, store) => {
    for (const key of ['b!2', '', 'ü', 'a', '/ip4/1.2.3.4', '\u{1f35c}']) {
      await store.state.put('n', key, key)
    }
    await store.state.put('m', 'x', 1)
    await store.state.put('n-m', 'x', 1)
    const keys = ['', '/ip4/1.2.3.4', 'a', 'b!2', 'ü', '\u{1f35c}']
    t.same(
      await Array.fromAsync(store.state.list('n')),
      keys.map(key => [key, key])
    )
  })
  await withStore('state refuses a namespace that could run into another', async (t, store) => {
    await t.rejects(store.state.put('a!b', 'k', 1), TypeError)
    await t.rejects(store.state.get('', 'k'), TypeError)
    await t.rejects(store.state.put('a', 'k'.repeat(2000), 1), TypeError)
  })
}
