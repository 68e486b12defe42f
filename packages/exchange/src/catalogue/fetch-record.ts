import type { StoredRecord } from '@soup/interface'
import { CatalogueError } from './errors.ts'
import type { Holdings } from './holdings.ts'
import { MAX_PARALLEL_ASKS } from './limits.ts'
import type { Peers } from './peers.ts'
import { digestOf } from './record-id.ts'
import { spaceOf } from './record-shelf.ts'

/**
 * Fetches one record from the first peer that has it, a few asked at a time, and keeps it. The addresses
 * come before the connected peers, since who was there may be gone.
 *
 * @param id record id
 * @returns undefined when every peer that answered lacks it
 * @throws {CatalogueError} CATALOGUE_UNREACHABLE when nobody has it and none of those named answered; the last failure is the cause
 */
export async function fetchFrom(
  peers: Peers,
  holdings: Holdings,
  id: string,
  { from, signal }: { from: readonly string[]; signal: AbortSignal }
): Promise<StoredRecord | undefined> {
  const digest = digestOf(id)
  if (digest === undefined) return undefined
  const found = new AbortController()
  const search = AbortSignal.any([signal, found.signal])
  const ways = [
    ...from.map(address => ({ reach: () => peers.dial([address], search), isNamed: true })),
    ...peers.connected().map(peer => ({ reach: async () => peer, isNamed: from.length === 0 }))
  ]
  const count = ways.length
  let record: StoredRecord | undefined
  let answers = 0
  let cause: unknown
  const worker = async (): Promise<void> => {
    for (let way = ways.shift(); way !== undefined && !search.aborted; way = ways.shift()) {
      try {
        const peer = await way.reach()
        record ??= await fetchOne(peers, holdings, digest, { peer, signal: search })
        if (way.isNamed) answers += 1
        if (record !== undefined) found.abort()
      } catch (error) {
        cause = error
      }
    }
  }
  await Promise.all(Array.from({ length: MAX_PARALLEL_ASKS }, worker))
  signal.throwIfAborted()
  if (record !== undefined || answers > 0) return record
  throw unreachable(id, count, cause)
}

function unreachable(id: string, count: number, cause: unknown): CatalogueError {
  const asked = count > 0 ? `none of ${count} peers answered with it` : 'no peer is connected'
  const message = `cannot fetch record ${id}: ${asked}; connect to a peer that has it, or use a ticket`
  return new CatalogueError('CATALOGUE_UNREACHABLE', message, { details: { id }, cause })
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
