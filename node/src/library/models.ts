import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LOSSY_CODECS } from '@soup/delta'
import type { AbortOptions } from '@soup/interface'
import type { ExpertRecord, PayloadRef, SignedRecord } from '@soup/manifest'
import { NodeError } from '../errors.ts'
import type { ExpertSpec, ModelSpec, PackedSpec } from '../jobs/model.ts'
import type { SoupNode } from '../node.ts'
import { baseCopies, rememberCopy } from './base-copies.ts'
import { leadsToResult } from './expert-payloads.ts'
import { isVerified } from './verified-experts.ts'

/** Codecs of deltas that this version reads. */
export const CODECS: readonly string[] = ['exact', 'lora', ...LOSSY_CODECS]

/** A base's own file or folder as it was when it was added. */
export interface BaseFile {
  path: string
  /** The folder that the parts lie in: the path itself, or where the file at the path lies. */
  folder: string
  /** The files that make the model. */
  parts: readonly FilePart[]
}

/** Earlier versions noted neither of the last two. */
interface FilePart {
  fileName: string
  sizeBytes: number
  modifiedMs: number
  /** When the system says that it last changed: no program can put that back, as it can the time of its bytes. */
  changedMs?: number
  inode?: string
}

/**
 * Notes sizes, times and inodes of a model's files before they are read, so that a later change shows.
 *
 * @param fileNames as `modelFileNames` lists them, from the model's folder; none of a file by itself
 */
export async function lookAtFile(path: string, fileNames: readonly string[]): Promise<BaseFile> {
  const folder = (await stat(path)).isDirectory() ? path : dirname(path)
  const names = fileNames.length === 0 ? [basename(path)] : fileNames
  return { path, folder, parts: await Promise.all(names.map(name => lookAt(folder, name))) }
}

async function lookAt(folder: string, fileName: string): Promise<FilePart> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(join(folder, fileName))
  return {
    ...{ fileName, sizeBytes: size, modifiedMs: mtimeMs },
    ...{ changedMs: ctimeMs, inode: String(ino) }
  }
}

/** Remembers where a base lies on this machine, so that it need not be copied. */
export async function rememberBaseFile(
  node: SoupNode,
  base: string,
  file: BaseFile
): Promise<void> {
  await rememberCopy(node, base, { file })
}

/**
 * Remembers that a payload was read whole and holds the base. Its record alone would not do: anybody can
 * sign one that says so of any payload.
 */
export async function rememberBasePayload(
  node: SoupNode,
  base: string,
  { root, bytes }: PayloadRef
): Promise<void> {
  await rememberCopy(node, base, { payload: { root, bytes } })
}

/** @returns whether the node can read the base */
export async function hasBase(
  node: SoupNode,
  base: string,
  options?: AbortOptions
): Promise<boolean> {
  return (await readableCopies(node, base, options)).models.length > 0
}

/** @returns the payloads that were found to hold a base, whether all of them are still here or not */
export async function basePayloads(
  node: SoupNode,
  base: string,
  options?: AbortOptions
): Promise<PayloadRef[]> {
  const copies = await baseCopies(node, base, options)
  return copies.flatMap(copy => ('payload' in copy ? [copy.payload] : []))
}

/** @returns whether every chunk of a payload is here, and it has the size that its record says */
export async function isComplete(
  node: SoupNode,
  payload: PayloadRef | undefined,
  options?: AbortOptions
): Promise<boolean> {
  if (payload === undefined) return false
  const state = await node.store.payloads.state(payload.root, options)
  return state?.isComplete === true && state.sizeBytes === payload.bytes
}

/**
 * Whether the payload of a record is here and was found to be what the record says: all of its chunks
 * alone would not do, since they are here as well after a pull that refused them.
 */
export async function holdsPayload(
  node: SoupNode,
  { id, record }: SignedRecord,
  options?: AbortOptions
): Promise<boolean> {
  if (record.kind === 'base') {
    const found = await basePayloads(node, record.base, options)
    const isKnown = found.some(({ root }) => root === record.payload?.root)
    return isKnown && (await isComplete(node, record.payload, options))
  }
  if (record.kind !== 'expert') return false
  return (
    (await isComplete(node, record.payload, options)) &&
    (await leadsToResult(node, { id, record }, options))
  )
}

/** @returns where to read a payload, or undefined unless all of it is here */
async function payloadModel(
  node: SoupNode,
  payload: PayloadRef,
  options?: AbortOptions
): Promise<PackedSpec | undefined> {
  if (!(await isComplete(node, payload, options))) return undefined
  const located = await node.store.payloads.locate(payload.root, options)
  return located && { kind: 'payload', located }
}

/**
 * Where to read a base: the copy that was added last of those that are what they were.
 *
 * @param base base id
 * @throws NodeError BASE_MISSING when the node does not have it, BASE_CHANGED when its file is not the same
 */
export async function baseModel(
  node: SoupNode,
  base: string,
  options?: AbortOptions
): Promise<ModelSpec> {
  return (await baseModels(node, base, options))[0]
}

/** Where to read each copy of a base, as {@link baseModel} prefers them. */
async function baseModels(
  node: SoupNode,
  base: string,
  options?: AbortOptions
): Promise<[ModelSpec, ...ModelSpec[]]> {
  const { models, changed } = await readableCopies(node, base, options)
  const [preferred, ...others] = models
  if (preferred === undefined) throw changed ?? baseMissing(base)
  return [preferred, ...others]
}

/** @returns what can be read, and the error of the first file that can't */
async function readableCopies(
  node: SoupNode,
  base: string,
  options?: AbortOptions
): Promise<{ models: ModelSpec[]; changed: NodeError | undefined }> {
  const models: ModelSpec[] = []
  let changed: NodeError | undefined
  for (const copy of await baseCopies(node, base, options)) {
    if ('payload' in copy) {
      const model = await payloadModel(node, copy.payload, options)
      // Errors then call it by the id that commands know.
      if (model !== undefined) models.push({ kind: 'named', name: base, model })
      continue
    }
    const change = await changeOf(copy.file)
    if (change === undefined) models.push({ kind: 'file', path: copy.file.path })
    else changed ??= baseChanged(base, copy.file, change)
  }
  return { models, changed }
}

function baseMissing(base: string): NodeError {
  const message =
    `This node does not have the base ${base}; get it with: soup-node pull ${base}` +
    ' (or, if you have its file: soup-node base add PATH --name NAME)'
  return new NodeError('BASE_MISSING', message, { details: { base } })
}

/** @returns what became of the file since it was added, or undefined when it is as it was */
async function changeOf({ path, folder, parts }: BaseFile): Promise<string | undefined> {
  for (const part of parts) {
    const { fileName } = part
    const what = join(folder, fileName) === join(path) ? '' : `(its ${fileName}) `
    const now = await lookAt(folder, fileName).catch(() => undefined)
    if (now === undefined) return `${what}is gone`
    if (!isSame({ ...now, ...part }, now)) return `${what}changed`
  }
  return undefined
}

function isSame(before: FilePart, now: FilePart): boolean {
  return (
    before.sizeBytes === now.sizeBytes &&
    before.modifiedMs === now.modifiedMs &&
    before.changedMs === now.changedMs &&
    before.inode === now.inode
  )
}

function baseChanged(base: string, { path }: BaseFile, change: string): NodeError {
  const message =
    `${path} ${change} since it was added as base ${base};` +
    ' add the original again with: soup-node base add PATH --name NAME'
  return new NodeError('BASE_CHANGED', message, { details: { base, path } })
}

/**
 * Where to read an expert: its base and its delta.
 *
 * @throws NodeError NOT_PULLED when the delta is not here, BASE_MISSING when the base is not
 */
export async function expertModel(
  node: SoupNode,
  { id, record }: SignedRecord<ExpertRecord>,
  options?: AbortOptions
): Promise<ExpertSpec> {
  if (!CODECS.includes(record.codec)) {
    const message = `Expert ${id} uses the codec '${record.codec}', which this version cannot read (it reads: ${CODECS.join(', ')})`
    throw new NodeError('CODEC_UNKNOWN', message, { details: { id, codec: record.codec } })
  }
  const [base, ...otherCopies] = await baseModels(node, record.base, options)
  const delta = await payloadModel(node, record.payload, options)
  if (delta === undefined) {
    const message = `Expert ${id} is not pulled yet; get it with: soup-node pull ${id}`
    throw new NodeError('NOT_PULLED', message, { details: { id } })
  }
  return {
    kind: 'expert',
    id,
    result: record.result,
    codec: record.codec,
    base,
    otherCopies,
    delta,
    isVerified: await isVerified(node, id, options)
  }
}
