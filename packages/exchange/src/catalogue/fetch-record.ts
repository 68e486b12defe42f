import type { StoredRecord } from '@soup/interface'
import { CatalogueError } from './errors.ts'
import type { Holdings } from './holdings.ts'
import type { Peers } from './peers.ts'
import { digestOf } from './record-id.ts'
import { spaceOf } from './record-shelf.ts'

/**
 * Fetches one record from the first peer that has it, and keeps it.
 *
 * @param id record id
 * @returns undefined when every peer that answered lacks it
 * @throws {CatalogueError} CATALOGUE_UNREACHABLE when none answered; the last failure is the cause
 */
export async function fetchFrom(
  peers: Peers,
  holdings: Holdings,
  id: string,
  { from, signal }: { from: readonly string[]; signal: AbortSignal }
): Promise<StoredRecord | undefined> {
  const digest = digestOf(id)
  if (digest === undefined) return undefined
  const ways = from.length > 0 ? from : peers.connected()
  let answers = 0
  let cause: unknown
  for (const way of ways) {
    try {
      const peer = from.length > 0 ? await peers.dial([way], signal) : way
      const record = await fetchOne(peers, holdings, digest, { peer, signal })
      if (record !== undefined) return record
      answers += 1
    } catch (error) {
      signal.throwIfAborted()
      cause = error
    }
  }
  if (answers > 0) return undefined
  const asked = ways.length > 0 ? `none of ${ways.length} peers answered` : 'no peer is connected'
  const message = `cannot fetch record ${id}: ${asked}; connect to a peer that has it, or use a ticket`
  throw new CatalogueError('CATALOGUE_UNREACHABLE', message, { details: { id }, cause })
}

/**
 * Fetches one record from one connected peer, and keeps it: a record of the given space, or where none is
 * given one of any base.
 *
 * @returns undefined when the peer lacks it, or where it belongs to another space
 */
export async function fetchOne(
  peers: Peers,
  holdings: Holdings,
  digest: Uint8Array,
  { peer, signal, space }: { peer: string; signal: AbortSignal; space?: string }
): Promise<StoredRecord | undefined> {
  const delivery = { peer, signal, asked: [digest] }
  return peers.ask(peer, signal, async client => {
    for await (const [envelope] of client.get('records', [digest], { signal })) {
      if (envelope === undefined) continue
      if (space === undefined) return holdings.adopt(envelope, delivery)
      const { records } = await holdings.accept('records', [envelope], delivery)
      return records.find(record => spaceOf(record) === space)
    }
    return undefined
  })
}
