import { hash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { AbortOptions } from '@soup/interface'
import { readAndClose } from '../close-all.ts'
import { compareNames } from '../describe.ts'
import { TensorError } from '../errors.ts'
import { fileError } from '../file-error.ts'
import { fileSource } from '../file-source.ts'
import { MAX_COMPANION_BYTES, MAX_COMPANIONS_BYTES } from '../limits.ts'
import { isCompanionName } from './companion-names.ts'
import { invalidModel } from './invalid-model.ts'
import type { CompanionFile } from './model.ts'

/**
 * Opens the companion files of a folder: those of {@link isCompanionName}. Each is read once, to know its hash, and is
 * read again when it is asked for. In a Hugging Face cache every file is a link into its `blobs`, so links are followed
 * there and within the folder. Nowhere else: what is published travels to strangers, and a folder that came from one must
 * not make a tokenizer of the user's keys.
 *
 * @param entries the names of what lies in the folder
 * @returns by name, sorted as `compareNames` orders them
 * @throws {TensorError} `MODEL_INVALID` when a file or all together are larger than a companion may be, or a
 *   link leads elsewhere; `FILE_NOT_FOUND`, `FILE_FAILED` when one can't be read
 */
export async function openCompanions(
  folder: string,
  entries: readonly string[],
  options?: AbortOptions
): Promise<Map<string, CompanionFile>> {
  const files = new Map<string, CompanionFile>()
  let left = MAX_COMPANIONS_BYTES
  for (const fileName of entries.filter(isCompanionName).sort(compareNames)) {
    const path = join(folder, fileName)
    await requireNear(folder, path)
    const file = await openCompanion(path, fileName, left, options)
    left -= file.sizeBytes
    files.set(fileName, file)
  }
  return files
}

async function requireNear(folder: string, path: string): Promise<void> {
  const [home, target] = await Promise.all([resolve(folder), resolve(path)])
  const homes = [home, join(home, '..', '..', 'blobs')]
  if (homes.some(near => target.startsWith(near + sep))) return
  const problem = `it is a link to ${target}, which lies elsewhere; if it belongs to the model, put a copy in its place`
  throw invalidModel(path, problem)
}

async function resolve(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    throw fileError(path, error)
  }
}

async function openCompanion(
  path: string,
  fileName: string,
  left: number,
  options?: AbortOptions
): Promise<CompanionFile> {
  const bytes = await readWhole(path, left, options)
  const sha256 = hash('sha256', bytes)
  return {
    fileName,
    sizeBytes: bytes.length,
    sha256,
    read: async readOptions => {
      const again = await readWhole(path, MAX_COMPANION_BYTES, readOptions)
      if (hash('sha256', again) === sha256) return again
      throw new TensorError('FILE_CHANGED', `${path} was written to since it was opened`, {
        details: { path }
      })
    }
  }
}

async function readWhole(path: string, left: number, options?: AbortOptions): Promise<Uint8Array> {
  const source = await fileSource(path)
  return await readAndClose(source, async () => {
    const { sizeBytes } = source
    if (sizeBytes > MAX_COMPANION_BYTES) {
      throw invalidModel(path, `it has ${sizeBytes} bytes, at most ${MAX_COMPANION_BYTES} are read`)
    }
    if (sizeBytes > left) {
      const most = MAX_COMPANIONS_BYTES
      throw invalidModel(path, `with it, the files beside the weights have more than ${most} bytes`)
    }
    return await source.read(0, sizeBytes, options)
  })
}
