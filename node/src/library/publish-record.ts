import type { AbortOptions, StoredRecord } from '@soup/interface'
import type { PayloadRef, SignedRecord } from '@soup/manifest'
import type { SoupNode } from '../node.ts'

/** Keeps a record of our own and tells the network, if it is up: else the daemon tells it when it starts. */
export async function publishRecord(
  node: SoupNode,
  { id, kind, base, envelope }: SignedRecord,
  payload: PayloadRef | undefined,
  options?: AbortOptions
): Promise<void> {
  const stored: StoredRecord = { id, kind, base, envelope }
  await node.store.records.put(stored, options)
  const catalogue = node.exchange?.catalogue
  if (catalogue === undefined) return
  if (base !== undefined) catalogue.follow(base)
  await catalogue.publish(stored, payload === undefined ? [] : [payload.root], options)
}
