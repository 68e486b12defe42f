import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import { memory } from '@libp2p/memory'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { checkAddress } from './address.ts'
import { gossipMessageId } from './catalogue/gossip.ts'
import { ExchangeError } from './errors.ts'
import {
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_SECOND,
  MAX_DIAL_MS,
  MAX_GOSSIP_BYTES,
  MAX_PENDING_CONNECTIONS,
  MAX_STREAM_WINDOW_BYTES,
  MAX_STREAMS_PER_CONNECTION,
  MAX_WRITE_BUFFER_BYTES
} from './limits.ts'

/** What runs on every connection beside our own protocols. */
interface HostServices extends Record<string, unknown> {
  identify: Identify
  ping: Ping
  pubsub: GossipSub
}

/** A libp2p node set up for this network. */
export type Host = Libp2p<HostServices>

/**
 * A libp2p node: TCP, Noise, yamux, identify, ping and gossipsub, with our limits; not started.
 *
 * Addresses that begin with `/memory/` join peers in the same process: simulations and tests.
 *
 * @param privateKey the node's identity
 * @param listen multiaddrs to listen on
 * @throws {ExchangeError} `EXCHANGE_BAD_ADDRESS`
 */
export async function createHost(privateKey: PrivateKey, listen: readonly string[]): Promise<Host> {
  for (const address of listen) checkAddress(address)
  const inProcess = listen.some(address => address.startsWith('/memory/')) ? [memory()] : []
  return createLibp2p<HostServices>({
    privateKey,
    start: false,
    nodeInfo: { name: 'soup', version: '1', userAgent: 'soup/1' },
    addresses: { listen: [...listen] },
    transports: [tcp(), ...inProcess],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
        streamOptions: {
          maxStreamWindowSize: MAX_STREAM_WINDOW_BYTES,
          maxReadBufferLength: MAX_STREAM_WINDOW_BYTES,
          maxWriteBufferLength: MAX_WRITE_BUFFER_BYTES
        }
      })
    ],
    // An allow-list of peers belongs in a `connectionGater` here, and in the chunk server and catalogue.
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: MAX_CONNECTIONS_PER_SECOND,
      maxIncomingPendingConnections: MAX_PENDING_CONNECTIONS,
      dialTimeout: MAX_DIAL_MS,
      // those that matter are kept up by the bootstrap loop, with pauses of its own
      reconnectRetries: 0
    },
    // a single lost ping would end a healthy connection in the middle of a transfer
    connectionMonitor: { abortConnectionOnPingFailure: false },
    services: {
      identify: identify(),
      ping: ping(),
      pubsub: gossipsub({
        allowPublishToZeroTopicPeers: true,
        fallbackToFloodsub: false,
        msgIdFn: gossipMessageId,
        maxInboundDataLength: MAX_GOSSIP_BYTES,
        maxOutboundBufferSize: MAX_WRITE_BUFFER_BYTES
      })
    }
  })
}

/**
 * Starts a host.
 *
 * @throws {ExchangeError} `EXCHANGE_PORT_IN_USE`, `EXCHANGE_LISTEN_FAILED`; the host is stopped again then
 */
export async function startHost(host: Host, listen: readonly string[]): Promise<void> {
  try {
    await host.start()
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    const address = listen.find(each => text.includes(`\n  ${each}: `)) ?? listen.join(', ')
    const taken = /^ {2}(\S+): .*(?:EADDRINUSE|already in use)/m.exec(text)?.[1]
    if (taken !== undefined) throw portInUse(taken, cause)
    throw new ExchangeError(
      'EXCHANGE_LISTEN_FAILED',
      `Cannot listen on ${address}: it needs a TCP port on an address of this machine, such as /ip4/0.0.0.0/tcp/0; choose one with --listen.`,
      { details: { address }, cause }
    )
  }
}

function portInUse(address: string, cause: unknown): ExchangeError {
  return new ExchangeError(
    'EXCHANGE_PORT_IN_USE',
    `Cannot listen on ${address}: the port is in use. Stop the other program, or choose another port with --listen (port 0 takes a free one).`,
    { details: { address }, cause }
  )
}
