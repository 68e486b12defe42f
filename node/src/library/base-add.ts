import { rm } from 'node:fs/promises'
import type { ProgressOptions } from '@soup/interface'
import { type BaseRecord, type PayloadRef, type SignedRecord, signRecord } from '@soup/manifest'
import { fileSource } from '@soup/tensor'
import type { ModelSpec } from '../jobs/model.ts'
import { runJob } from '../jobs/run-job.ts'
import type { SoupNode } from '../node.ts'
import { lookAtFile, rememberBaseFile, rememberBasePayload } from './models.ts'
import { temporaryPath } from './output.ts'
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
  const source = { kind: 'file', path } as const
  const [opened] = await runJob('open', { models: [source] }, options) // headers first
  const { fileNames, isPlain } = opened!
  const file = await lookAtFile(path, fileNames)
  const payload = share ? await sharedPayload(node, path, isPlain, options) : undefined
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

/** A safetensors file travels as it is; anything else is packed into one, with the files that belong to it. */
async function sharedPayload(
  node: SoupNode,
  path: string,
  isPlain: boolean,
  options: ProgressOptions
): Promise<PayloadRef> {
  if (isPlain) return await addPayload(node, path, options)
  const packed = temporaryPath(node.repo.temporary, '.packed')
  try {
    await runJob('pack', { model: { kind: 'file', path }, path: packed }, options)
    return await addPayload(node, packed, options)
  } finally {
    await rm(packed, { force: true })
  }
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
