import { rm } from 'node:fs/promises'
import type { ProgressOptions } from '@soup/interface'
import { type BaseRecord, type ExpertRecord, type SignedRecord, signRecord } from '@soup/manifest'
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

/** Encodes a checkpoint as a delta over its base, keeps the payload, signs the record and publishes it. */
export async function publishExpert(
  node: SoupNode,
  path: string,
  { base }: BaseRecord,
  { reward, ...fields }: ExpertFields,
  options: ProgressOptions
): Promise<SignedRecord<ExpertRecord>> {
  const expert = { kind: 'file', path } as const
  const from = await baseModel(node, base, options)
  const delta = temporaryPath(node.repo.temporary, '.delta')
  try {
    const input = { base: from, expert, path: delta }
    const { id, sizeBytes } = await runJob('encode', input, options)
    const payload = await addPayload(node, delta, options)
    const record: ExpertRecord = {
      kind: 'expert',
      v: 1,
      base,
      result: id,
      reward: { name: reward },
      ...fields,
      codec: 'exact',
      payload,
      bytes: sizeBytes,
      created: Date.now()
    }
    const signed = await signRecord(record, node.privateKey)
    await rememberExpert(node, signed.id)
    await publishRecord(node, signed, payload, options)
    return signed
  } finally {
    await rm(delta, { force: true })
  }
}
