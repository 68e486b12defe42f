import { mkdir, rm } from 'node:fs/promises'
import type { PrivateKey } from '@libp2p/interface'
import { createExchange, type Exchange, type ExchangeEvent, loadIdentity } from '@soup/exchange'
import { levelStore, type Store } from '@soup/store'
import type { Config } from './repo/config.ts'
import { inWords } from './repo/files.ts'
import type { RepoPaths } from './repo/repo.ts'

/** An open repo, with the network up or not: what commands work on. */
export interface SoupNode {
  readonly repo: RepoPaths
  readonly store: Store
  /** Signs what this node publishes. */
  readonly privateKey: PrivateKey
  readonly peerId: string
  /** Absent while the node is offline. */
  readonly exchange: Exchange | undefined
}

/** How a node is opened. */
export interface OpenOptions {
  /** Whether to bring the network up. */
  network: boolean
  /** Receives what happens in the background. */
  onEvent?: ((event: ExchangeEvent) => void) | undefined
}

/** A node that its opener closes. */
export interface OwnedNode extends SoupNode {
  /** Takes the network down and closes the store. */
  close(): Promise<void>
}

/**
 * Opens a repo. Only one process at a time can.
 *
 * @throws StoreError STORE_LOCKED when another process has it open
 */
export async function openNode(
  repo: RepoPaths,
  config: Config,
  { network, onEvent }: OpenOptions
): Promise<OwnedNode> {
  const { privateKey, peerId } = await loadIdentity(repo.identity)
  const store = levelStore({ path: repo.store })
  await store.start()
  try {
    await emptyFolder(repo.temporary)
    const exchange = network ? await startExchange(privateKey, store, config, onEvent) : undefined
    const close = async (): Promise<void> => {
      await exchange?.stop()
      await store.stop()
    }
    return { repo, store, privateKey, peerId, exchange, close }
  } catch (error) {
    await store.stop()
    throw error
  }
}

async function emptyFolder(path: string): Promise<void> {
  await inWords(path, async () => {
    await rm(path, { recursive: true, force: true })
    await mkdir(path, { mode: 0o700 })
  })
}

async function startExchange(
  privateKey: PrivateKey,
  { records, chunks, state }: Store,
  { listen, bootstrap }: Config,
  onEvent: OpenOptions['onEvent']
): Promise<Exchange> {
  const exchange = createExchange(
    { privateKey, records, chunks, state },
    { listen, bootstrap, onEvent }
  )
  await exchange.start()
  return exchange
}
