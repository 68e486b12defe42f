import { type StoreUnderTest, storeCompliance } from '@soup/testing'
import t, { Test } from 'tap'

/** A store that says yes to everything and keeps nothing. */
const forgetful: StoreUnderTest = {
  start: async () => {},
  stop: async () => {},
  records: {
    put: async () => true,
    get: async () => undefined,
    async *list() {},
    resolve: async () => undefined,
    resolveBase: async () => undefined
  },
  chunks: { has: async () => false, get: async () => undefined, put: async () => {} },
  payloads: {
    add: async source => ({ root: 'x', sizeBytes: source.sizeBytes }),
    state: async () => undefined,
    complete: async () => {},
    source: async () => undefined,
    locate: async () => undefined
  },
  state: {
    get: async () => undefined,
    put: async () => {},
    delete: async () => {},
    async *list() {}
  }
}

t.test('a store that keeps nothing does not pass the suite', async t => {
  const suite = new Test({ name: 'suite', silent: true } as never)
  suite.resume()
  await storeCompliance(suite as never, () => forgetful)
  suite.end()
  t.equal(suite.passing(), false)
  t.ok(suite.counts.fail > 10)
})
