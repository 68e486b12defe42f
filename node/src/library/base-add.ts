import type { ProgressOptions } from '@soup/interface'
import { type BaseRecord, type PayloadRef, type SignedRecord, signRecord } from '@soup/manifest'
import { fileSource } from '@soup/tensor'
import type { ModelSpec } from '../jobs/model.ts'
import { runJob } from '../jobs/run-job.ts'
import type { SoupNode } from '../node.ts'
import { lookAtFile, rememberBaseFile, rememberBasePayload } from './models.ts'
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
  await runJob('open', { models: [{ kind: 'file', path }] }, options) // headers first
  const file = await lookAtFile(path)
  const payload = share ? await addPayload(node, path, options) : undefined
  const model = await modelToDescribe(node, path, payload)
  const { id: base, tensors, sizeBytes } = await runJob('describe', { model }, options)
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
  if (payload === undefined) await rememberBaseFile(node, base, file)
  else await rememberBasePayload(node, base, payload)
  await publishRecord(node, signed, payload, options)
  return signed
}

/** What is shared is what is described, even if somebody writes to the file meanwhile. */
async function modelToDescribe(
  node: SoupNode,
  path: string,
  payload: PayloadRef | undefined
): Promise<ModelSpec> {
  const located = payload && (await node.store.payloads.locate(payload.root))
  return located === undefined ? { kind: 'file', path } : { kind: 'payload', located }
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
