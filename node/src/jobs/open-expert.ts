import { decodeDelta, decodeLora, payloadContents } from '@soup/delta'
import { tensorsId } from '@soup/manifest'
import {
  type Checkpoint,
  type CompanionFile,
  type FindFile,
  type Model,
  unpackModel,
  withTiedWeights
} from '@soup/tensor'
import { NodeError } from '../errors.ts'
import type { ExpertSpec, ModelSpec, OpenSpec } from './model.ts'

/** Format of a payload that is an adapter, not a whole model. */
const LORA_FORMAT = 'lora/1'

/**
 * Decodes an expert: the whole model, or, from the codec `lora`, the adapter that it was published as.
 *
 * @param base stays the caller's; files that the expert has in common with it come from there, or from another copy
 * @param packed the expert's payload; stays the caller's; trusted in nothing
 * @param open opens the base's other copies, which stay the caller's too
 * @throws NodeError EXPERT_MISMATCH; TensorError, DeltaError where it is no delta over this base
 */
export async function openExpert(
  spec: ExpertSpec,
  base: Model,
  packed: Checkpoint,
  open: OpenSpec
): Promise<Model> {
  const findFile = fileFinder(base, spec.otherCopies ?? [], open)
  const payload = unpackModel(packed, { findFile })
  const { layout, files } = payload
  const names = checkResult(spec, payload)
  const { isVerified } = spec
  const isAdapter = payload.metadata.get('soup.codec') === LORA_FORMAT
  const expert = isAdapter
    ? decodeLora(payload)
    : decodeDelta(await withTiedWeights(base, names), payload, { isVerified })
  return { ...expert, layout, files }
}

/** The same weights may be here several times, beside other files; the other copies are opened when they are needed. */
function fileFinder(base: Model, otherCopies: readonly ModelSpec[], open: OpenSpec): FindFile {
  return async sha256 => {
    const inBase = withHash(base, sha256)
    if (inBase !== undefined) return inBase
    for (const copy of otherCopies) {
      const found = withHash(await open(copy), sha256)
      if (found !== undefined) return found
    }
    return undefined
  }
}

function withHash({ files }: Model, sha256: string): CompanionFile | undefined {
  return [...files.values()].find(file => file.sha256 === sha256)
}

/** What an expert's publisher signed of its delta. */
export interface SignedDelta {
  /** Record id, for messages. */
  id: string
  /** Id of the tensors that the delta leads to. */
  result: string
  /** Name of its codec, which says whether it is lossless. */
  codec: string
}

/**
 * Checks that a delta leads to the tensors that the expert's publisher signed, by the codec that the record names.
 * Decoding then checks every tensor against the hash that the delta names, so nothing else can come out.
 *
 * @returns the names of these tensors
 * @throws NodeError EXPERT_MISMATCH
 */
export function checkResult({ id, result, codec }: SignedDelta, payload: Checkpoint): string[] {
  const { tensors } = payloadContents(payload)
  const got = tensorsId(tensors)
  const format = payload.metadata.get('soup.codec')!
  if (got !== result) {
    throw mismatch(id, `its delta leads to ${got}, the record says ${result}`, result, got)
  }
  if (!format.startsWith(`${codec}/`)) {
    throw mismatch(id, `its delta is coded as ${format}, the record says ${codec}`, codec, format)
  }
  return tensors.map(({ name }) => name)
}

function mismatch(id: string, problem: string, expected: string, got: string): NodeError {
  const message = `Expert ${id} is not what its publisher signed: ${problem}`
  return new NodeError('EXPERT_MISMATCH', message, { details: { id, expected, got } })
}
