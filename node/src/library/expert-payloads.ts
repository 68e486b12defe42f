import { type AbortOptions, SoupError } from '@soup/interface'
import type { ExpertRecord, SignedRecord } from '@soup/manifest'
import { NodeError } from '../errors.ts'
import { runJob } from '../jobs/run-job.ts'
import type { SoupNode } from '../node.ts'

/** Namespace of the store's state: by record id, whether an expert's payload leads where its record says. */
const EXPERT_PAYLOADS = 'expert-payloads'

/** Failures of a payload that no other attempt would mend: its bytes are what its chunks' hashes say. */
const PROOFS: ReadonlySet<string> = new Set([
  'EXPERT_MISMATCH',
  'DELTA_INVALID',
  'PACK_INVALID',
  'SAFETENSORS_INVALID',
  'RECORD_INVALID'
])

type SignedExpert = Pick<SignedRecord<ExpertRecord>, 'id' | 'record'>

/**
 * Checks that an expert's payload, all of which is here, leads to the tensors that its publisher signed. In
 * a worker thread, for its header comes from a stranger and may take seconds to parse.
 *
 * @throws NodeError EXPERT_MISMATCH and others, with what is wrong with the payload
 */
export async function checkExpert(
  node: SoupNode,
  { id, record: { result, codec, payload } }: SignedExpert,
  options?: AbortOptions
): Promise<void> {
  const located = await node.store.payloads.locate(payload.root, options)
  if (located === undefined) {
    const message = `The payload of expert ${id} is not here as a whole; get it with: soup-node pull ${id}`
    throw new NodeError('NOT_PULLED', message, { details: { id } })
  }
  try {
    const delta = { kind: 'payload', located } as const
    await runJob('check', { id, result, codec, delta }, options)
  } catch (error) {
    if (error instanceof SoupError && PROOFS.has(error.code)) await remember(node, id, false)
    throw error
  }
  await rememberExpert(node, id)
}

/** Remembers that an expert's payload leads where its record says, so that nobody need look again. */
export async function rememberExpert(node: SoupNode, id: string): Promise<void> {
  await remember(node, id, true)
}

async function remember(node: SoupNode, id: string, leads: boolean): Promise<void> {
  await node.store.state.put(EXPERT_PAYLOADS, id, leads)
}

/** @returns whether an expert's payload leads where its record says; checks it unless that was done before */
export async function leadsToResult(
  node: SoupNode,
  signed: SignedExpert,
  options?: AbortOptions
): Promise<boolean> {
  const known = await node.store.state.get(EXPERT_PAYLOADS, signed.id, options)
  if (typeof known === 'boolean') return known
  try {
    await checkExpert(node, signed, options)
    return true
  } catch (error) {
    options?.signal?.throwIfAborted()
    if (error instanceof SoupError) return false
    throw error
  }
}
