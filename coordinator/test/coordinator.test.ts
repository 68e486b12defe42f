import { chmod, mkdir, readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createExchange, loadIdentity } from '@soup/exchange'
import type { BaseRecord, SignedRecord } from '@soup/manifest'
import { levelStore, memoryStore } from '@soup/store'
import { seededBytes, signedBase, signedExpert, testKey } from '@soup/testing'
import t, { type Test } from 'tap'
import { type CoordinatorInit, type Ready, runCoordinator } from '../src/coordinator.ts'

const LOOPBACK = ['/ip4/127.0.0.1/tcp/0']

/** Runs a coordinator until the test ends it. */
async function coordinator(t: Test, repo: string, init: Partial<CoordinatorInit> = {}) {
  const controller = new AbortController()
  const ready = Promise.withResolvers<Ready>()
  const settings = { listen: LOOPBACK, bootstrap: [], mirror: undefined, log: () => undefined }
  const ended = runCoordinator({ repo, ...settings, ...init }, controller.signal, ready.resolve)
  ended.catch(ready.reject)
  const stop = async (): Promise<void> => {
    controller.abort()
    await ended.catch(() => undefined)
  }
  t.teardown(stop)
  return { ...(await ready.promise), stop }
}

/** A peer that knows only the coordinator. */
async function peer(t: Test, seed: string, bootstrap: string[]) {
  const store = memoryStore()
  await store.start()
  const { records, chunks } = store
  const exchange = createExchange(
    { privateKey: await testKey(seed), records, chunks },
    { listen: LOOPBACK, bootstrap }
  )
  await exchange.start()
  t.teardown(() => exchange.stop())
  await exchange.connect(bootstrap[0]!)
  return { exchange, store }
}

const expertOf = (base: SignedRecord<BaseRecord>) => signedExpert(base.id, base.record.base)

/** Publishes a record as a node does. */
async function publish(
  { exchange }: Awaited<ReturnType<typeof peer>>,
  { id, kind, base, envelope }: SignedRecord,
  roots: string[] = []
): Promise<void> {
  exchange.catalogue.follow(base!)
  await exchange.catalogue.publish({ id, kind, base, envelope }, roots)
}

/** Opens what a coordinator that has ended kept. */
async function openStore(t: Test, repo: string) {
  const store = levelStore({ path: join(repo, 'store') })
  await store.start()
  t.teardown(() => store.stop())
  return store
}

t.test('a coordinator is the same peer whenever it runs', async t => {
  const repo = t.testdir({})
  const first = await coordinator(t, repo)
  t.match(first, { peerId: /^12D3KooW/, pid: process.pid })
  t.match(first.addresses, [new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/\\d+/p2p/${first.peerId}$`)])
  await first.stop()
  t.equal((await coordinator(t, repo)).peerId, first.peerId)
})

t.test('a late joiner gets records from the coordinator, also after its restart', async t => {
  const repo = t.testdir({})
  const base = await signedBase(1)
  const expert = await expertOf(base)
  const first = await coordinator(t, repo)
  const publisher = await peer(t, 'publisher', first.addresses)
  for (const signed of [base, expert]) await publish(publisher, signed)
  await publisher.exchange.catalogue.sync()
  await publisher.exchange.stop()
  await first.stop()
  const second = await coordinator(t, repo)
  const late = await peer(t, 'late', second.addresses)
  t.equal((await late.exchange.catalogue.fetchRecord(expert.id, []))?.id, expert.id)
  late.exchange.catalogue.follow(base.record.base)
  await late.exchange.catalogue.sync()
  t.same((await Array.fromAsync(late.store.records.list())).length, 2)
})

t.test('a coordinator that mirrors one base keeps no expert of another', async t => {
  const repo = t.testdir({})
  const bases = [await signedBase(1), await signedBase(2)]
  const [wanted, other] = [await expertOf(bases[0]!), await expertOf(bases[1]!)]
  const running = await coordinator(t, repo, { mirror: [wanted.record.base] })
  const publisher = await peer(t, 'publisher', running.addresses)
  for (const signed of [...bases, wanted, other]) await publish(publisher, signed)
  await publisher.exchange.catalogue.sync()
  await running.stop()
  const store = await openStore(t, repo)
  t.same(await Array.fromAsync(store.records.list({ kind: 'expert' }), ({ id }) => id), [wanted.id])
})

t.test('a coordinator never holds a payload', async t => {
  const repo = t.testdir({})
  const base = await signedBase(1)
  const expert = await expertOf(base)
  const { root } = expert.record.payload
  const running = await coordinator(t, repo)
  const publisher = await peer(t, 'publisher', running.addresses)
  await publisher.store.chunks.put(root, seededBytes(base.id, 1_000))
  await publish(publisher, base)
  await publish(publisher, expert, [root])
  await publisher.exchange.catalogue.sync()
  await running.stop()
  const store = await openStore(t, repo)
  t.ok(await store.records.get(expert.id))
  t.equal(await store.chunks.has(root), false)
})

t.test('a start that fails leaves the folder free for the next one', async t => {
  const repo = t.testdir({})
  const nonsense = coordinator(t, repo, { listen: ['/nonsense/x'] })
  await t.rejects(nonsense, { code: 'EXCHANGE_BAD_ADDRESS' })
  const first = await coordinator(t, repo)
  const taken = first.addresses[0]!.split('/p2p/')[0]!
  const second = join(repo, 'second')
  await mkdir(second)
  await t.rejects(coordinator(t, second, { listen: [taken] }), { code: 'EXCHANGE_PORT_IN_USE' })
  t.match(await coordinator(t, second), { peerId: /^12D3KooW/ })
  t.match(await readdir(repo), ['identity.key', 'second', 'store'])
})

t.test('an identity that cannot be read is named, and the folder stays free', async t => {
  const repo = t.testdir({ 'identity.key': {} })
  const path = join(repo, 'identity.key')
  await t.rejects(coordinator(t, repo), {
    code: 'FILE_FAILED',
    message: `${path} cannot be used: EISDIR`,
    details: { path }
  })
  await rmdir(path)
  t.match(await coordinator(t, repo), { peerId: /^12D3KooW/ })
})

t.test('an identity that other users may read is refused, and the folder stays free', async t => {
  const repo = t.testdir({})
  const path = join(repo, 'identity.key')
  const { peerId } = await loadIdentity(path)
  await chmod(path, 0o644)
  await t.rejects(coordinator(t, repo), {
    code: 'SECRET_EXPOSED',
    message: 'chmod 600',
    details: { path }
  })
  await chmod(path, 0o600)
  t.match(await coordinator(t, repo), { peerId })
})

t.test('two coordinators on one folder cannot be, and the first one does not mind', async t => {
  const repo = t.testdir({})
  const first = await coordinator(t, repo)
  await t.rejects(coordinator(t, repo), { code: 'STORE_LOCKED', message: repo })
  const guest = await peer(t, 'guest', first.addresses)
  t.match(await guest.exchange.peers(), [{ peer: first.peerId }])
})
