import { encodeExact, payloadContents } from '@soup/delta'
import type { ProgressOptions } from '@soup/interface'
import { tensorsId } from '@soup/manifest'
import {
  type Checkpoint,
  fileSink,
  fileSpool,
  safetensorsBytes,
  writeSafetensors
} from '@soup/tensor'
import type { ModelDescription } from './describe.ts'
import { type ModelSpec, withModel } from './model.ts'

/** What an expert's record says of its tensors. */
export type EncodedModel = Omit<ModelDescription, 'tensors'>

/**
 * Encodes base → expert as an exact delta and writes it to `path`.
 *
 * @returns the expert as the delta describes it, so that nobody need read it again
 */
export async function encodeJob(
  input: { base: ModelSpec; expert: ModelSpec; path: string },
  options: ProgressOptions
): Promise<EncodedModel> {
  return await withModel(
    input.base,
    base => withModel(input.expert, expert => encode(base, expert, input.path, options), options),
    options
  )
}

/** Compressed sizes are known only afterwards, and the header comes first: hence a spool beside the file. */
async function encode(
  base: Checkpoint,
  expert: Checkpoint,
  path: string,
  options: ProgressOptions
): Promise<EncodedModel> {
  const spool = await fileSpool(`${path}.spool`)
  try {
    const payload = await encodeExact(base, expert, spool, options)
    const sink = await fileSink(path, { sizeBytes: safetensorsBytes(payload) })
    await writeSafetensors(payload, sink, options)
    const id = tensorsId(payloadContents(payload).tensors)
    return { id, sizeBytes: safetensorsBytes(expert) }
  } finally {
    await spool.close()
  }
}
