import type { AbortOptions } from '@soup/interface'
import type { CatalogueClient } from './client.ts'
import type { Holdings } from './holdings.ts'
import { BASES_SPACE, PROVIDERS_SPACE, type Shelf } from './protocol.ts'

/** Records that moved. */
export interface Moved {
  received: number
  sent: number
}

/** Options of a reconciliation with one peer. */
export interface SyncPeerOptions extends AbortOptions {
  /** The peer, for errors. */
  peer: string
  /** Called whenever records arrived, with how many. */
  onReceived?: (count: number) => void
  /** Called when every base followed by then is dealt with: one that comes later has missed its turn. */
  onRecordsDone?: () => void
}

/**
 * Brings both sides up to date: base records, then every followed base, then announcements.
 *
 * Bases that come to be followed meanwhile take part.
 *
 * @throws {CatalogueError} when the peer fails or lies; what was verified before is kept
 */
export async function syncWith(
  client: CatalogueClient,
  holdings: Holdings,
  options: SyncPeerOptions
): Promise<Moved> {
  const moved: Moved = { received: 0, sent: 0 }
  const done = new Set<string>()
  for (;;) {
    const space = [BASES_SPACE, ...holdings.following()].find(each => !done.has(each))
    if (space === undefined) break
    done.add(space)
    const { received, sent } = await syncSpace(client, holdings, space, 'records', options)
    moved.received += received
    moved.sent += sent
  }
  options.onRecordsDone?.()
  await syncSpace(client, holdings, PROVIDERS_SPACE, 'announcements', options)
  return moved
}

async function syncSpace(
  client: CatalogueClient,
  holdings: Holdings,
  space: string,
  shelf: Shelf,
  options: SyncPeerOptions
): Promise<Moved> {
  const set = await holdings.items(space, options)
  const difference = set && (await client.reconcile(space, set, holdings.room(space), options))
  if (difference === undefined) return { received: 0, sent: 0 }
  let received = 0
  const delivery = { ...options, asked: difference.need }
  for await (const batch of client.get(shelf, difference.need, options)) {
    const { taken } = await holdings.accept(shelf, batch, delivery)
    received += taken
    if (shelf === 'records' && taken > 0) options.onReceived?.(taken)
  }
  const sent = await client.put(shelf, read(holdings, shelf, difference.have, options), options)
  return { received, sent }
}

/** Reads envelopes one after the other: what is sent is never in memory as a whole. */
async function* read(
  holdings: Holdings,
  shelf: Shelf,
  ids: readonly Uint8Array[],
  options: AbortOptions
): AsyncIterable<Uint8Array> {
  for (const id of ids) {
    const envelope = await holdings.read(shelf, id, options)
    if (envelope !== undefined) yield envelope
  }
}
