import { setTimeout as sleep } from 'node:timers/promises'
import type { Multiaddr } from '@multiformats/multiaddr'
import { checkAddress, peerOf } from './address.ts'
import type { Host } from './host.ts'
import { MAX_BOOTSTRAP_PAUSE_MS, MIN_BOOTSTRAP_PAUSE_MS } from './limits.ts'

/** Told how the bootstrap peers are doing. */
export interface BootstrapEvents {
  onConnected(address: string): void
  /** @param isFirst whether the one before succeeded, or there was none: worth a line in a log */
  onFailed(address: string, reason: string, isFirst: boolean): void
}

/**
 * Stays connected to the bootstrap peers: dials each, again after ever longer pauses while it is down, and
 * again when it comes back. Nothing depends on any of them.
 */
export class Bootstrap {
  readonly #host: Host
  readonly #addresses: Multiaddr[]
  readonly #events: BootstrapEvents
  #stopping = new AbortController()
  #loops: Promise<void>[] = []
  #tried: Promise<unknown> = Promise.resolve()

  /** @throws {ExchangeError} `EXCHANGE_BAD_ADDRESS` */
  constructor(host: Host, addresses: readonly string[], events: BootstrapEvents) {
    this.#host = host
    this.#addresses = addresses.map(checkAddress)
    this.#events = events
  }

  /** Begins to dial; returns at once. The host must be up. */
  start(): void {
    this.#stopping = new AbortController()
    const attempts: Promise<void>[] = []
    this.#loops = this.#addresses
      .filter(address => peerOf(address) !== this.#host.peerId.toString())
      .map(address => {
        const first = Promise.withResolvers<void>()
        attempts.push(first.promise)
        return this.#keepUp(address, first.resolve, this.#stopping.signal)
      })
    this.#tried = Promise.all(attempts)
  }

  /** Settles once every address has been dialled, whatever came of it. Never rejects. */
  async tried(): Promise<void> {
    await this.#tried
  }

  /** Ends every attempt. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#loops)
  }

  async #keepUp(address: Multiaddr, onTried: () => void, signal: AbortSignal): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        const connection = await this.#host.dial(address, { signal })
        failures = 0
        onTried()
        this.#events.onConnected(address.toString())
        await closed(connection, signal)
      } catch (error) {
        onTried()
        if (signal.aborted) return
        failures += 1
        const reason = error instanceof Error ? error.message : String(error)
        this.#events.onFailed(address.toString(), reason.split('\n')[0] ?? '', failures === 1)
      }
      await pause(failures, signal)
    }
  }
}

/** Doubles with each failure, a little at random so that a network does not dial in step. */
async function pause(failures: number, signal: AbortSignal): Promise<void> {
  const full = MIN_BOOTSTRAP_PAUSE_MS * 2 ** Math.max(0, failures - 1)
  const ms = Math.min(full, MAX_BOOTSTRAP_PAUSE_MS) * (0.75 + Math.random() / 2)
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}

type Connection = Awaited<ReturnType<Host['dial']>>

async function closed(connection: Connection, signal: AbortSignal): Promise<void> {
  if (connection.status !== 'open') return
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = () => resolve()
  connection.addEventListener('close', end)
  signal.addEventListener('abort', end)
  await promise
  signal.removeEventListener('abort', end)
  connection.removeEventListener('close', end)
}
