import type { FetchReport, Provider } from '@soup/exchange'
import type { ProgressOptions } from '@soup/interface'
import type { PayloadRef, SignedRecord } from '@soup/manifest'
import { NodeError } from '../errors.ts'
import type { SoupNode } from '../node.ts'

/** How a pull went, as `soup-node pull` prints it. */
export interface PullReport {
  id: string
  kind: string
  /** Size of the payload. */
  bytes: number
  seconds: number
  /** What each peer sent. */
  providers: FetchReport['providers']
  /** Bytes that were here before: kept from an interrupted pull. */
  resumedBytes: number
}

/**
 * Brings a record's payload here, whole and verified, and provides it to others from then on.
 *
 * @param hints peers to ask first
 * @throws NodeError NO_PAYLOAD when the record has none; ExchangeError when it can't be brought here
 */
export async function pullRecord(
  node: SoupNode,
  record: SignedRecord,
  hints: readonly Provider[],
  options: ProgressOptions
): Promise<PullReport> {
  const { id, kind, publisher } = record
  const payload = payloadOf(record)
  const exchange = node.exchange
  if (exchange === undefined) throw new NodeError('OFFLINE', 'The node is offline')
  const ref = { root: payload.root, sizeBytes: payload.bytes }
  const providers = [...hints, { peer: publisher, addresses: [] }]
  const report = await exchange.fetchPayload(ref, providers, options)
  await node.store.payloads.complete(ref.root, ref.sizeBytes, options)
  const stored = await node.store.records.get(id, options)
  if (stored !== undefined) await exchange.catalogue.provide(stored, [ref.root], options)
  const { bytes, seconds, resumedBytes } = report
  return { id, kind, bytes, seconds, providers: report.providers, resumedBytes }
}

function payloadOf({ id, kind, record }: SignedRecord): PayloadRef {
  if ((record.kind === 'base' || record.kind === 'expert') && record.payload !== undefined) {
    return record.payload
  }
  const reason =
    kind === 'base'
      ? 'its publisher did not share it over the network: get the base from where it was released, then soup-node base add'
      : `a record of kind '${kind}' has no payload`
  throw new NodeError('NO_PAYLOAD', `${id} cannot be pulled: ${reason}`, { details: { id, kind } })
}
