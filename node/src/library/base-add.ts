import type { ProgressOptions } from '@soup/interface'
import { type BaseRecord, type SignedRecord, signRecord, tensorsId } from '@soup/manifest'
import { fileSource } from '@soup/tensor'
import { runJob } from '../jobs/run-job.ts'
import type { SoupNode } from '../node.ts'
import { rememberBaseFile, rememberBasePayload } from './models.ts'
import { publishRecord } from './publish-record.ts'

/** What its publisher says about a base. */
export interface BaseFields {
  name: string
  license: string | undefined
  /** Whether to copy the file into the repo and serve it. */
  share: boolean
}

/** Describes a checkpoint as a base, shares its bytes if asked to, and publishes the record. */
export async function shareBase(
  node: SoupNode,
  path: string,
  { name, license, share }: BaseFields,
  options: ProgressOptions
): Promise<SignedRecord<BaseRecord>> {
  const model = { kind: 'file', path } as const
  const { tensors, sizeBytes } = await runJob('describe', { model }, options)
  const base = tensorsId(tensors)
  const payload = share ? await addPayload(node, path, options) : undefined
  const record: BaseRecord = {
    kind: 'base',
    v: 1,
    base,
    name,
    license,
    tensors,
    bytes: sizeBytes,
    payload,
    created: Date.now()
  }
  const signed = await signRecord(record, node.privateKey)
  if (payload === undefined) await rememberBaseFile(node, base, path)
  else await rememberBasePayload(node, base, payload)
  await publishRecord(node, signed, payload, options)
  return signed
}

/** Copies a file into the store as a payload. */
export async function addPayload(
  node: SoupNode,
  path: string,
  options: ProgressOptions
): Promise<{ root: string; bytes: number }> {
  const source = await fileSource(path)
  try {
    const { root, sizeBytes } = await node.store.payloads.add(source, options)
    return { root, bytes: sizeBytes }
  } finally {
    await source.close()
  }
}
