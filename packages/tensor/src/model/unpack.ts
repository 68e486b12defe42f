import { hash } from 'node:crypto'
import type { AbortOptions } from '@soup/interface'
import type { Checkpoint, TensorInfo } from '../checkpoint.ts'
import { TensorError } from '../errors.ts'
import { MAX_COMPANION_BYTES } from '../limits.ts'
import { readTensor } from '../read-tensor.ts'
import { JsonScanner } from '../safetensors/json-scanner.ts'
import { tensorInfo } from '../tensor-info.ts'
import { type ListedFile, readFileList } from './file-list.ts'
import { readLayout } from './layout-codec.ts'
import type { CompanionFile, Model, ModelLayout } from './model.ts'
import { FILES_KEY, LAYOUT_KEY, PACKED_FILE_PREFIX } from './reserved.ts'

/** Finds a file by its SHA-256 (lower-case hex). @returns undefined when there is none */
export type FindFile = (
  sha256: string,
  options?: AbortOptions
) => Promise<CompanionFile | undefined>

/** Options of {@link unpackModel}. */
export interface UnpackOptions {
  /** Finds a file that is here already, the base's, where the packed model only lists it; called when it is read. */
  findFile?: FindFile | undefined
}

/**
 * Takes apart what {@link packModel} packed, without trusting it: names, sizes and the layout are parsed against limits
 * before this returns, the SHA-256 of a companion file is checked whenever it is read. Of a checkpoint that isn't
 * packed nothing is known but its tensors: it is a single file without companions.
 *
 * @returns the packed tensors and metadata, which are the model's or, of a delta, the codec's; reads from the checkpoint
 *   and doesn't own it
 * @throws {TensorError} `PACK_INVALID` when the packed model breaks a rule; while a companion file is read,
 *   `PACK_SHA256` when its bytes aren't what the list says, `COMPANION_MISSING` when they are nowhere to be had
 */
export function unpackModel(checkpoint: Checkpoint, options: UnpackOptions = {}): Model {
  const layout = parseLayout(checkpoint)
  const listed = parseFiles(checkpoint, layout)
  const stored = storedFiles(checkpoint, listed)
  const files = new Map(
    listed.map(file => [
      file.fileName,
      companion(checkpoint, file, stored.get(file.fileName), options.findFile)
    ])
  )
  const { name, isSequential } = checkpoint
  const tensors = new Map(
    [...checkpoint.tensors].filter(([tensor]) => !tensor.startsWith(PACKED_FILE_PREFIX))
  )
  const isOwn = ([key]: [string, string]) => key !== LAYOUT_KEY && key !== FILES_KEY
  return {
    name,
    metadata: new Map([...checkpoint.metadata].filter(isOwn)),
    tensors,
    isSequential,
    layout,
    files,
    open: (tensor, offset) => {
      tensorInfo({ name, tensors }, tensor)
      return checkpoint.open(tensor, offset)
    },
    close: () => Promise.resolve()
  }
}

function invalid(checkpoint: Checkpoint, problem: string): TensorError {
  return new TensorError(
    'PACK_INVALID',
    `${checkpoint.name} is no valid packed model: ${problem}`,
    {
      details: { checkpoint: checkpoint.name, problem }
    }
  )
}

function parseLayout(checkpoint: Checkpoint): ModelLayout {
  const text = checkpoint.metadata.get(LAYOUT_KEY)
  return text === undefined ? { kind: 'file' } : parse(checkpoint, text, LAYOUT_KEY, readLayout)
}

function parseFiles(checkpoint: Checkpoint, layout: ModelLayout): ListedFile[] {
  const text = checkpoint.metadata.get(FILES_KEY)
  const files =
    text === undefined
      ? []
      : parse(checkpoint, text, FILES_KEY, scanner => readFileList(scanner, layout))
  if (layout.kind !== 'onnx' || files.some(({ fileName }) => fileName === layout.graph))
    return files
  throw invalid(checkpoint, `its ${FILES_KEY} lack the graph ${JSON.stringify(layout.graph)}`)
}

function parse<T>(
  checkpoint: Checkpoint,
  text: string,
  key: string,
  read: (scanner: JsonScanner) => T
): T {
  const fail = (problem: string) => invalid(checkpoint, `its ${key}: ${problem}`)
  const scanner = new JsonScanner(text, 'it', fail)
  const value = read(scanner)
  scanner.end()
  return value
}

/** The tensors that hold companion files, by file name; the list must name each, with its size. */
function storedFiles(
  checkpoint: Checkpoint,
  listed: readonly ListedFile[]
): Map<string, TensorInfo> {
  const sizes = new Map(listed.map(({ fileName, sizeBytes }) => [fileName, sizeBytes]))
  const stored = new Map<string, TensorInfo>()
  for (const info of checkpoint.tensors.values()) {
    if (!info.name.startsWith(PACKED_FILE_PREFIX)) continue
    const fileName = info.name.slice(PACKED_FILE_PREFIX.length)
    if (info.dtype !== 'U8' || info.shape.length !== 1 || info.sizeBytes !== sizes.get(fileName)) {
      throw invalid(checkpoint, `tensor ${JSON.stringify(info.name)} is no file that it lists`)
    }
    stored.set(fileName, info)
  }
  return stored
}

function companion(
  checkpoint: Checkpoint,
  listed: ListedFile,
  stored: TensorInfo | undefined,
  findFile: FindFile | undefined
): CompanionFile {
  return {
    ...listed,
    read: async options => {
      const bytes =
        stored === undefined
          ? await (await findFile?.(listed.sha256, options))?.read(options)
          : await readTensor(checkpoint, stored.name, { ...options, maxBytes: MAX_COMPANION_BYTES })
      if (bytes === undefined) throw missing(checkpoint, listed)
      if (hash('sha256', bytes) !== listed.sha256) throw mismatch(checkpoint, listed)
      return bytes
    }
  }
}

function missing({ name }: Checkpoint, { fileName, sha256 }: ListedFile): TensorError {
  return new TensorError(
    'COMPANION_MISSING',
    `${name} lists ${fileName} without carrying it, for its base should have it, and no copy of the base here has a file of that content; pull the base from whoever published it, or add the folder that the base was released as`,
    { details: { checkpoint: name, fileName, sha256 } }
  )
}

function mismatch({ name }: Checkpoint, { fileName, sha256 }: ListedFile): TensorError {
  return new TensorError(
    'PACK_SHA256',
    `${name}: its file ${fileName} is not the one that it lists; its publisher is wrong or lies`,
    { details: { checkpoint: name, fileName, sha256 } }
  )
}
