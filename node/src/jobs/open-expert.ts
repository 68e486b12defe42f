import { decodeDelta, decodeLora, payloadContents } from '@soup/delta'
import { tensorsId } from '@soup/manifest'
import { type Checkpoint, type Model, unpackModel, withTiedWeights } from '@soup/tensor'
import { NodeError } from '../errors.ts'
import type { ExpertSpec } from './model.ts'

/** Format of a payload that is an adapter, not a whole model. */
const LORA_FORMAT = 'lora/1'

/**
 * Decodes an expert: the whole model, or, from the codec `lora`, the adapter that it was published as.
 *
 * @param base stays the caller's; files that the expert has in common with it come from there
 * @param packed the expert's payload; stays the caller's; trusted in nothing
 * @throws NodeError EXPERT_MISMATCH; TensorError, DeltaError where it is no delta over this base
 */
export async function openExpert(
  { id, result, isVerified }: ExpertSpec,
  base: Model,
  packed: Checkpoint
): Promise<Model> {
  const payload = unpackModel(packed, { files: base.files.values() })
  const { layout, files } = payload
  const names = checkResult(id, result, payload)
  const isAdapter = payload.metadata.get('soup.codec') === LORA_FORMAT
  const expert = isAdapter
    ? decodeLora(payload)
    : decodeDelta(await withTiedWeights(base, names), payload, { isVerified })
  return { ...expert, layout, files }
}

/**
 * Checks that a delta leads to the tensors that the expert's publisher signed. Decoding then checks every
 * tensor against the hash that the delta names, so nothing else can come out.
 *
 * @returns the names of these tensors
 * @throws NodeError EXPERT_MISMATCH
 */
export function checkResult(id: string, result: string, payload: Checkpoint): string[] {
  const { tensors } = payloadContents(payload)
  const got = tensorsId(tensors)
  if (got === result) return tensors.map(({ name }) => name)
  const message = `Expert ${id} is not what its publisher signed: its delta leads to ${got}, the record says ${result}`
  throw new NodeError('EXPERT_MISMATCH', message, { details: { id, expected: result, got } })
}
