import { join } from 'node:path'
import { createExchange, loadIdentity } from '@soup/exchange'
import { levelStore } from '@soup/store'

/** Settings of a coordinator. */
export interface CoordinatorInit {
  /** Folder of its identity and its copy of the catalogue. */
  repo: string
  /** Multiaddrs to listen on. */
  listen: readonly string[]
  /** Other coordinators to stay connected to. */
  bootstrap: readonly string[]
  /** Bases to mirror; all of them when absent. */
  mirror: readonly string[] | undefined
  /** Receives a line per event in the background. */
  log: (line: string) => void
}

/** What a coordinator says once peers can reach it. */
export interface Ready {
  peerId: string
  addresses: string[]
  pid: number
}

/**
 * Runs a coordinator until `stop` aborts. It answers catalogue requests and passes announcements on; it
 * fetches no payload, so peers never depend on it for bytes, and can do without it once they met.
 *
 * @throws StoreError STORE_LOCKED, ExchangeError EXCHANGE_BAD_ADDRESS, EXCHANGE_PORT_IN_USE; FILE_FAILED
 *   or SECRET_EXPOSED when the identity cannot be read or made, or others may read it
 */
export async function runCoordinator(
  { repo, listen, bootstrap, mirror, log }: CoordinatorInit,
  stop: AbortSignal,
  onReady: (ready: Ready) => void
): Promise<void> {
  const { privateKey, peerId } = await loadIdentity(join(repo, 'identity.key'))
  const store = levelStore({ path: join(repo, 'store') })
  const exchange = createExchange(
    { privateKey, records: store.records, chunks: store.chunks, state: store.state },
    { listen, bootstrap, mirrorAll: mirror === undefined, onEvent: event => log(event.message) }
  )
  await store.start()
  try {
    await exchange.start()
    for (const base of mirror ?? []) exchange.catalogue.follow(base)
    onReady({ peerId, addresses: exchange.addresses(), pid: process.pid })
    await new Promise<void>(resolve => {
      if (stop.aborted) resolve()
      else stop.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    await exchange.stop()
    await store.stop()
  }
}
