import type { Connection, Stream } from '@libp2p/interface'
import type { StoredRecord } from '@soup/interface'
import { FrameStream } from './frame-stream.ts'
import type { Holdings } from './holdings.ts'
import { MAX_SERVED_STREAMS, MAX_WAITING_STREAMS, SYNC_TIMEOUT_MS } from './limits.ts'
import type { PeerWatch } from './peer-watch.ts'
import type { Peers } from './peers.ts'
import { type Library, refuseBusy, serve } from './server.ts'
import { Slots } from './slots.ts'
import type { Tasks } from './tasks.ts'

/** What answering works with. */
export interface InboundComponents {
  peers: Peers
  watch: PeerWatch
  holdings: Holdings
  /** Streams end with these, and keep them waiting until then. */
  tasks: Tasks
  /** Told of records that a peer handed over and that were new. */
  onRecords(records: readonly StoredRecord[]): Promise<void>
}

/** Answers the streams that peers open: so many at once, and each peer as fast as it may ask. */
export class Inbound {
  readonly #with: InboundComponents
  readonly #slots = new Slots(MAX_SERVED_STREAMS, MAX_WAITING_STREAMS)
  readonly #library: Library

  constructor(components: InboundComponents) {
    this.#with = components
    const { holdings, watch, onRecords } = components
    this.#library = {
      items: (space, signal) => holdings.items(space, { signal }),
      read: (shelf, id, signal) => holdings.read(shelf, id, { signal }),
      throttle: (peer, cost) => watch.count(peer, cost),
      accept: async (shelf, items, from) => {
        const { taken, records } = await holdings.accept(shelf, items, from)
        await onRecords(records)
        return taken
      }
    }
  }

  /** Takes a stream of a peer; one that is shunned gets no answer. */
  handle(stream: Stream, connection: Connection): void {
    const peer = connection.remotePeer.toString()
    if (this.#with.watch.isShunned(peer)) {
      stream.abort(new Error('not answered for a while'))
      return
    }
    stream.pause()
    this.#with.tasks.run(signal => this.#serve(stream, peer, signal))
  }

  async #serve(stream: Stream, peer: string, ending: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([ending, AbortSignal.timeout(SYNC_TIMEOUT_MS)])
    const frames = new FrameStream(stream, peer)
    const release = await this.#slots.take(signal).catch(() => undefined)
    try {
      if (release === undefined) await refuseBusy(frames, signal)
      else await serve(frames, this.#library, signal)
      await frames.close({ signal })
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)))
      this.#with.peers.blame(peer, error)
    } finally {
      release?.()
    }
  }
}
