import { generateKeyPair } from '@libp2p/crypto/keys'
import { test } from 'tap'
import { createHost, startHost } from '../src/host.ts'

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

async function newHost(...listen: string[]) {
  return createHost(await generateKeyPair('Ed25519'), listen)
}

test('a port in use is named with the way out', async t => {
  const first = await newHost(LOOPBACK)
  await startHost(first, [LOOPBACK])
  t.teardown(() => first.stop())
  const taken = first.getMultiaddrs()[0]!.decapsulate('/p2p').toString()
  const second = await newHost(LOOPBACK, taken)
  await t.rejects(startHost(second, [LOOPBACK, taken]), {
    code: 'EXCHANGE_PORT_IN_USE',
    message: new RegExp(`Cannot listen on ${taken}: the port is in use.*--listen`),
    details: { address: taken }
  })
  t.equal(second.status, 'stopped')
})

test('an address of another machine cannot be listened on', async t => {
  const address = '/ip4/192.0.2.1/tcp/0'
  const host = await newHost(address)
  await t.rejects(startHost(host, [address]), {
    code: 'EXCHANGE_LISTEN_FAILED',
    details: { address }
  })
})

test('text that is no address is refused before anything starts', async t => {
  await t.rejects(newHost('localhost:4001'), { code: 'EXCHANGE_BAD_ADDRESS' })
})

test('a host that listens nowhere can dial', async t => {
  const server = await newHost(LOOPBACK)
  const client = await newHost()
  for (const host of [server, client]) {
    await startHost(host, [])
    t.teardown(() => host.stop())
  }
  await client.dial(server.getMultiaddrs())
  t.ok((await client.services.ping.ping(server.peerId)) >= 0)
})

test('twenty hosts on one machine reach one host at once', async t => {
  const server = await newHost(LOOPBACK)
  await startHost(server, [LOOPBACK])
  t.teardown(() => server.stop())
  const clients = await Promise.all(Array.from({ length: 20 }, () => newHost()))
  for (const client of clients) t.teardown(() => client.stop())
  await Promise.all(clients.map(client => client.start()))
  await Promise.all(clients.map(client => client.dial(server.getMultiaddrs())))
  const pings = clients.map(client => client.services.ping.ping(server.peerId))
  t.equal((await Promise.all(pings)).length, 20)
})
