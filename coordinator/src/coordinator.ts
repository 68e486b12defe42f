import { join } from 'node:path'
import { createExchange, loadIdentity } from '@soup/exchange'
import { SoupError } from '@soup/interface'
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
 * @throws StoreError STORE_LOCKED, ExchangeError EXCHANGE_BAD_ADDRESS, EXCHANGE_PORT_IN_USE; SoupError FILE_FAILED
 *   when the identity cannot be read or made
 */
export async function runCoordinator(
  { repo, listen, bootstrap, mirror, log }: CoordinatorInit,
  stop: AbortSignal,
  onReady: (ready: Ready) => void
): Promise<void> {
  const { privateKey, peerId } = await openIdentity(join(repo, 'identity.key'))
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

async function openIdentity(path: string): ReturnType<typeof loadIdentity> {
  return await loadIdentity(path).catch((error: unknown) => {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    const message = `${path} cannot be read: ${error.message}; mend it, or choose another folder with --repo DIR`
    throw new SoupError('FILE_FAILED', message, { details: { path }, cause: error })
  })
}
