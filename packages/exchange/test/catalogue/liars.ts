import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Stream } from '@libp2p/interface'
import { FrameStream } from '../../src/catalogue/frame-stream.ts'
import { MAX_RECONCILE_BYTES } from '../../src/catalogue/limits.ts'
import {
  type Answer,
  encodeAnswer,
  parseRequest,
  type Request
} from '../../src/catalogue/messages.ts'
import { ItemSet } from '../../src/catalogue/negentropy/item-set.ts'
import { respond } from '../../src/catalogue/negentropy/reconcile.ts'
import { CATALOGUE_PROTOCOL, PROVIDERS_SPACE } from '../../src/catalogue/protocol.ts'
import { createHost, type Host } from '../../src/host.ts'
import type { Teardown, TestNode } from './network.ts'

let names = 0

/** A peer that speaks the catalogue's protocol as it likes. */
export interface Liar {
  host: Host
  peer: string
  /** Requests that it was sent. */
  requests: Request[]
  /** Streams that were opened to it. */
  streams: number
}

/** A host without a catalogue, which handles catalogue streams by hand. */
export async function startLiar(
  t: Teardown,
  onStream: (stream: Stream, liar: Liar) => void
): Promise<Liar> {
  const host = await createHost(await generateKeyPair('Ed25519'), [`/memory/liar-${names++}`])
  const liar: Liar = { host, peer: host.peerId.toString(), requests: [], streams: 0 }
  await host.handle(CATALOGUE_PROTOCOL, stream => {
    liar.streams += 1
    onStream(stream, liar)
  })
  await host.start()
  t.teardown(() => host.stop())
  return liar
}

/** A peer that answers every request with what it is told to. */
export async function answering(t: Teardown, answer: (request: Request) => Answer): Promise<Liar> {
  return startLiar(t, (stream, liar) => {
    const frames = new FrameStream(stream, 'victim')
    const run = async (): Promise<void> => {
      for (let body = await frames.read(); body !== undefined; body = await frames.read()) {
        const request = parseRequest(body)
        liar.requests.push(request)
        await frames.write(encodeAnswer(answer(request)))
      }
      await frames.close()
    }
    // The victim ends the stream: that is what is tested.
    run().catch(() => {})
  })
}

const NONE = { timestamp: 0, id: new Uint8Array(32) }

/** A server that has these ids in the space of bases, and gives out these envelopes. */
export function serving(ids: Uint8Array[], items: Uint8Array[]): (request: Request) => Answer {
  return request => {
    switch (request.type) {
      case 'reconcile': {
        const own = request.space === PROVIDERS_SPACE ? [] : ids
        const set = new ItemSet(own.map(id => ({ ...NONE, id })))
        return { type: 'reconcile', message: respond(set, request.message, MAX_RECONCILE_BYTES) }
      }
      case 'get':
        return { type: 'get', done: request.ids.length, items }
      case 'put':
        return { type: 'put', taken: 0 }
    }
  }
}

/** Opens a catalogue stream to a node, to misbehave by hand. */
export async function openTo(liar: Liar, node: TestNode): Promise<Stream> {
  return liar.host.dialProtocol(node.host.getMultiaddrs(), CATALOGUE_PROTOCOL)
}
