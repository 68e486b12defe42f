import type { Logger } from '@libp2p/interface'
import type { ProgressOptions } from '@soup/interface'
import type { Holdings } from './holdings.ts'
import type { SyncResult } from './index.ts'
import { MAX_PARALLEL_ASKS, SYNC_TIMEOUT_MS } from './limits.ts'
import type { Peers } from './peers.ts'
import { type Moved, syncWith } from './sync.ts'
import type { Tasks } from './tasks.ts'

/** What reconciliations work with. */
export interface SyncsComponents {
  peers: Peers
  holdings: Holdings
  /** Reconciliations end with these, and keep them waiting until then. */
  tasks: Tasks
  log: Logger
}

/** Reconciles with peers: with a few at once, and once at a time with each. */
export class Syncs {
  readonly #with: SyncsComponents
  readonly #running = new Map<string, Promise<Moved>>()

  constructor(components: SyncsComponents) {
    this.#with = components
  }

  /** Reconciles with every connected peer. @returns what came of it; peers that fail do not count */
  async withAll({ signal, onProgress }: ProgressOptions = {}): Promise<SyncResult> {
    const result: SyncResult = { peers: 0, received: 0, sent: 0 }
    const report = (): void =>
      onProgress?.({ stage: 'sync records', done: result.received, unit: 'records' })
    report()
    const waiting = this.#with.peers.connected()
    const worker = async (): Promise<void> => {
      for (let peer = waiting.shift(); peer !== undefined; peer = waiting.shift()) {
        const moved = await this.#try(peer, signal)
        if (moved === undefined) continue
        result.peers += 1
        result.received += moved.received
        result.sent += moved.sent
        report()
      }
    }
    await Promise.all(Array.from({ length: MAX_PARALLEL_ASKS }, worker))
    return result
  }

  /**
   * Reconciles with one peer. Whoever asks while records move shares what is under way, also with a base
   * that was not followed when it began.
   */
  withPeer(peer: string): Promise<Moved> {
    const running = this.#running.get(peer)
    if (running !== undefined) return running
    const { peers, holdings, tasks } = this.#with
    const signal = AbortSignal.any([tasks.signal, AbortSignal.timeout(SYNC_TIMEOUT_MS)])
    const close = (): void => {
      if (this.#running.get(peer) === sync) this.#running.delete(peer)
    }
    const options = { peer, signal, onRecordsDone: close }
    const sync = peers
      .ask(peer, signal, client => syncWith(client, holdings, options))
      .finally(close)
    this.#running.set(peer, sync)
    tasks.run(() => sync)
    return sync
  }

  async #try(peer: string, signal?: AbortSignal): Promise<Moved | undefined> {
    try {
      return await abortable(this.withPeer(peer), signal)
    } catch (error) {
      signal?.throwIfAborted()
      this.#with.log('no records exchanged with %s - %e', peer, error)
      return undefined
    }
  }
}

/** Waits for a promise, but no longer than the caller wants to. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
