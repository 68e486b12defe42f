import type { AbortOptions } from '@soup/interface'
import { type BaseRecord, type ExpertRecord, parseRecord, type SignedRecord } from '@soup/manifest'
import type { SoupNode } from '../node.ts'
import { hasBase, holdsPayload } from './models.ts'

/** An expert that this node has or knows of. */
export interface Holding<R extends BaseRecord | ExpertRecord> {
  signed: SignedRecord<R>
  /** Whether the node can read it: the payload is here, or a base's own file. */
  complete: boolean
}

/** Lists the experts that the repo knows of, of one base or of all. */
export async function* experts(
  node: SoupNode,
  base?: string,
  options?: AbortOptions
): AsyncGenerator<Holding<ExpertRecord>> {
  for await (const { envelope } of node.store.records.list({ kind: 'expert', base }, options)) {
    const signed = (await parseRecord(envelope)) as SignedRecord<ExpertRecord>
    if (signed.record.kind !== 'expert') continue // a version of the future
    yield { signed, complete: await holdsPayload(node, signed, options) }
  }
}

/** Lists the base records that the repo knows of. */
export async function* bases(
  node: SoupNode,
  options?: AbortOptions
): AsyncGenerator<Holding<BaseRecord>> {
  for await (const { envelope } of node.store.records.list({ kind: 'base' }, options)) {
    const signed = (await parseRecord(envelope)) as SignedRecord<BaseRecord>
    if (signed.record.kind !== 'base') continue // a version of the future
    yield { signed, complete: await hasBase(node, signed.record.base, options) }
  }
}

/** Tells the network what this node holds and follows the bases that it has: after a (re)start. */
export async function announceHoldings(node: SoupNode, options?: AbortOptions): Promise<void> {
  const { catalogue } = node.exchange ?? {}
  if (catalogue === undefined) return
  for await (const { signed, complete } of bases(node, options)) {
    if (complete) catalogue.follow(signed.record.base)
  }
  for await (const record of node.store.records.list({}, options)) {
    const signed = await parseRecord(record.envelope)
    const payload = 'payload' in signed.record ? signed.record.payload : undefined
    if (payload === undefined || !(await holdsPayload(node, signed, options))) continue
    await catalogue.provide(record, [payload.root], options)
  }
}
