import type { FetchReport, Provider } from '@soup/exchange'
import type { ProgressOptions } from '@soup/interface'
import type { PayloadRef, SignedRecord } from '@soup/manifest'
import { isDtype, MAX_COMPANIONS_BYTES, MAX_HEADER_BYTES, tensorBytes } from '@soup/tensor'
import { NodeError } from '../errors.ts'
import { runJob } from '../jobs/run-job.ts'
import type { SoupNode } from '../node.ts'
import { checkExpert } from './expert-payloads.ts'
import { rememberBasePayload } from './models.ts'

/** How a payload came here. */
export interface PayloadReport {
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
 * Brings the payload of one record here, whole and verified, and provides it to others from then on.
 *
 * @param hints peers to ask first
 * @throws NodeError NO_PAYLOAD when the record has none, BASE_MISMATCH or EXPERT_MISMATCH when the payload is
 *   not what the record says; ExchangeError when it can't be brought here
 */
export async function pullPayload(
  node: SoupNode,
  record: SignedRecord,
  hints: readonly Provider[],
  options: ProgressOptions
): Promise<PayloadReport> {
  const { id, kind, publisher } = record
  const payload = payloadOf(record)
  refuseSize(record, payload)
  const exchange = node.exchange
  if (exchange === undefined) throw new NodeError('NODE_OFFLINE', 'The node is offline')
  const ref = { root: payload.root, sizeBytes: payload.bytes }
  const providers = [...hints, { peer: publisher, addresses: [] }]
  const report = await exchange.fetchPayload(ref, providers, options)
  await checkContent(node, record, payload, options)
  await node.store.payloads.complete(ref.root, ref.sizeBytes, options)
  const stored = await node.store.records.get(id, options)
  if (stored !== undefined) await exchange.catalogue.provide(stored, [ref.root], options)
  const { bytes, seconds, resumedBytes } = report
  return { id, kind, bytes, seconds, providers: report.providers, resumedBytes }
}

/**
 * Checks a payload against its record before it counts as here. The chunks only prove that it is what the
 * publisher cut up; a base's id and an expert's result say what it must be.
 */
async function checkContent(
  node: SoupNode,
  { id, record }: SignedRecord,
  payload: PayloadRef,
  options: ProgressOptions
): Promise<void> {
  if (record.kind === 'expert') return await checkExpert(node, { id, record }, options)
  const located = await node.store.payloads.locate(payload.root, options)
  if (located === undefined || record.kind !== 'base') return
  const model = { kind: 'payload', located } as const
  const got = await runJob('identify', { model }, options)
  if (got === record.base) return await rememberBasePayload(node, got, payload)
  const message = `The payload of base record ${id} is another base: its tensors hash to ${got}, the record says ${record.base}`
  throw new NodeError('BASE_MISMATCH', message, { details: { id, expected: record.base, got } })
}

/** A base's tensors are known from its record, so a false payload can cost little more than the true one. */
function refuseSize({ id, record }: SignedRecord, { bytes }: PayloadRef): void {
  if (record.kind !== 'base') return
  let dataBytes = 0
  for (const { dtype, shape } of record.tensors) {
    const sizeBytes = isDtype(dtype) ? tensorBytes(dtype, shape) : undefined
    if (sizeBytes === undefined) return // a dtype that this version does not know
    dataBytes += sizeBytes
  }
  if (bytes > dataBytes && bytes <= dataBytes + 8 + MAX_HEADER_BYTES + MAX_COMPANIONS_BYTES) return
  const message = `The payload of base record ${id} cannot be the base: it has ${bytes} bytes, the base's tensors have ${dataBytes}`
  throw new NodeError('BASE_MISMATCH', message, { details: { id, bytes, dataBytes } })
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
