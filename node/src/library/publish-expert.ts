import { rm } from 'node:fs/promises'
import type { ProgressOptions } from '@soup/interface'
import {
  type BaseRecord,
  type ExpertRecord,
  type Privacy,
  type SignedRecord,
  signRecord
} from '@soup/manifest'
import type { CodecChoice } from '../jobs/pair-models.ts'
import { runJob } from '../jobs/run-job.ts'
import type { SoupNode } from '../node.ts'
import { addPayload } from './base-add.ts'
import { rememberExpert } from './expert-payloads.ts'
import { baseModel } from './models.ts'
import { temporaryPath } from './output.ts'
import { publishRecord } from './publish-record.ts'

/** What its publisher says about an expert. */
export interface ExpertFields {
  reward: string
  name: string | undefined
  description: string | undefined
  metrics: Record<string, number> | undefined
  license: string | undefined
  supersedes: string | undefined
}

/** How an expert becomes a delta. */
export interface DeltaOptions {
  /** What suits the expert unless given. */
  codec: CodecChoice | undefined
  /** Whether its delta is clipped and noised first. */
  privacy: Privacy | undefined
  /** Whether the expert may have another tokenizer than the base. */
  anyTokenizer: boolean
}

/** Encodes a checkpoint as a delta over its base, keeps the payload, signs the record and publishes it. */
export async function publishExpert(
  node: SoupNode,
  path: string,
  { base }: BaseRecord,
  { reward, ...fields }: ExpertFields,
  { privacy, ...delta }: DeltaOptions,
  options: ProgressOptions
): Promise<SignedRecord<ExpertRecord>> {
  const from = await baseModel(node, base, options)
  const temporary = temporaryPath(node.repo.temporary, '.delta')
  const noisy = `${temporary}.noisy`
  try {
    const expert = { kind: 'file', path } as const
    if (privacy !== undefined) {
      await runJob('privatize', { base: from, expert, path: noisy, ...privacy, ...delta }, options)
    }
    const input = {
      base: from,
      expert: privacy === undefined ? expert : ({ kind: 'packed', path: noisy } as const),
      path: temporary,
      ...delta
    }
    const { id, sizeBytes, codec, loss } = await runJob('encode', input, options)
    const payload = await addPayload(node, temporary, options)
    const record: ExpertRecord = {
      kind: 'expert',
      v: 1,
      base,
      result: id,
      reward: { name: reward },
      ...fields,
      codec,
      loss,
      privacy,
      payload,
      bytes: sizeBytes,
      created: Date.now()
    }
    const signed = await signRecord(record, node.privateKey)
    await rememberExpert(node, signed.id)
    await publishRecord(node, signed, payload, options)
    return signed
  } finally {
    await Promise.all([temporary, noisy].map(file => rm(file, { force: true })))
  }
}
