import { generateKeyPair } from '@libp2p/crypto/keys'
import { test } from 'tap'
import { Bootstrap } from '../src/bootstrap.ts'
import { createHost, type Host } from '../src/host.ts'
import { startNode } from './network.ts'

/** Events as text, and a way to wait for the next one. */
class Log {
  readonly lines: string[] = []
  #next = Promise.withResolvers<string>()

  add(line: string): void {
    this.lines.push(line)
    this.#next.resolve(line)
    this.#next = Promise.withResolvers()
  }

  next(): Promise<string> {
    return this.#next.promise
  }
}

function bootstrapOf(host: Host, addresses: string[]): { bootstrap: Bootstrap; log: Log } {
  const log = new Log()
  const bootstrap = new Bootstrap(host, addresses, {
    onConnected: () => log.add('connected'),
    onFailed: (_address, _reason, isFirst) => log.add(isFirst ? 'failed' : 'failed again')
  })
  return { bootstrap, log }
}

test('a bootstrap peer that is down is tried again until it is up', async t => {
  const host = await startNode(t, 'tcp')
  const key = await generateKeyPair('Ed25519')
  const before = await createHost(key, ['/ip4/127.0.0.1/tcp/0'])
  await before.start()
  const address = before.getMultiaddrs()[0]!
  await before.stop()
  const { bootstrap, log } = bootstrapOf(host, [address.toString()])
  const first = log.next()
  bootstrap.start()
  t.equal(await first, 'failed')
  const connected = log.next()
  const after = await createHost(key, [address.decapsulate('/p2p').toString()])
  await after.start()
  t.teardown(() => after.stop())
  const line = await connected
  t.equal(line === 'failed again' ? await log.next() : line, 'connected')
  await bootstrap.stop()
})

test('a connection that breaks is made again', async t => {
  const host = await startNode(t)
  const peer = await startNode(t)
  const { bootstrap, log } = bootstrapOf(host, [peer.getMultiaddrs()[0]!.toString()])
  const first = log.next()
  bootstrap.start()
  t.equal(await first, 'connected')
  const second = log.next()
  await peer.hangUp(host.peerId)
  t.equal(await second, 'connected')
  await bootstrap.stop()
})

test('a node does not dial itself', async t => {
  const host = await startNode(t)
  const { bootstrap, log } = bootstrapOf(host, host.getMultiaddrs().map(String))
  bootstrap.start()
  await bootstrap.stop()
  t.strictSame(log.lines, [])
})

test('stop() ends the pauses at once', async t => {
  const host = await startNode(t, 'tcp')
  const { bootstrap, log } = bootstrapOf(host, ['/ip4/127.0.0.1/tcp/1'])
  const failed = log.next()
  bootstrap.start()
  await failed
  const start = performance.now()
  await bootstrap.stop()
  t.ok(performance.now() - start < 500)
})

test('tried() settles once every address has been dialled, whatever came of it', async t => {
  const host = await startNode(t, 'tcp')
  const peer = await startNode(t, 'tcp')
  const addresses = ['/ip4/127.0.0.1/tcp/1', peer.getMultiaddrs()[0]!.toString()]
  const { bootstrap, log } = bootstrapOf(host, addresses)
  await bootstrap.tried()
  t.strictSame(log.lines, [], 'nothing is tried before the start')
  bootstrap.start()
  await bootstrap.tried()
  t.ok(host.getPeers().some(id => id.equals(peer.peerId)))
  await bootstrap.stop()
})

test('an address that is none is refused', async t => {
  const host = await startNode(t)
  t.throws(() => bootstrapOf(host, ['nowhere']), { code: 'EXCHANGE_BAD_ADDRESS' })
})
