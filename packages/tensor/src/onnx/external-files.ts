import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import type { AbortOptions, ByteSource } from '@soup/interface'
import { OnnxError, type StoredInitializer } from '@soup/onnx'
import { closeAfter } from '../close-all.ts'
import { fileError } from '../file-error.ts'
import { fileSource } from '../file-source.ts'
import { MAX_SHARDS } from '../limits.ts'

/** An initializer whose bytes lie in another file than the model. */
interface External {
  initializer: StoredInitializer
  location: string
  offset: number
}

/**
 * Opens the files beside a model that hold bytes of its initializers, and checks that these are there.
 *
 * A file may be shared, and so may its bytes: tied weights name the same ones. Ranges that overlap in part are refused,
 * for no tool writes them.
 *
 * @param path the model's file
 * @returns the files by location; the caller closes them
 * @throws {OnnxError} `ONNX_MALFORMED` when a file lies outside of the model's folder, symbolic links resolved, is too
 *   short, or ranges overlap; `ONNX_LIMIT` for more than {@link MAX_SHARDS} files
 * @throws {TensorError} `FILE_NOT_FOUND`, `FILE_FAILED`
 */
export async function openExternalFiles(
  path: string,
  initializers: Iterable<StoredInitializer>,
  options?: AbortOptions
): Promise<Map<string, ByteSource>> {
  const externals = externalsOf(initializers)
  const locations = new Set(externals.map(({ location }) => location))
  if (locations.size > MAX_SHARDS) {
    throw new OnnxError('ONNX_LIMIT', `${path}: its data lie in more than ${MAX_SHARDS} files`)
  }
  const files = new Map<string, ByteSource>()
  try {
    const folders = locations.size > 0 ? await foldersOf(path) : []
    for (const location of locations) {
      options?.signal?.throwIfAborted()
      files.set(location, await fileSource(await locate(path, folders, location)))
    }
    for (const [location, { sizeBytes }] of files) {
      checkRanges(
        path,
        externals.filter(external => external.location === location),
        sizeBytes
      )
    }
    return files
  } catch (error) {
    return await closeAfter(error, files.values(), path)
  }
}

function externalsOf(initializers: Iterable<StoredInitializer>): External[] {
  const list: External[] = []
  for (const initializer of initializers) {
    const { data } = initializer
    if (data.kind === 'external') {
      list.push({ initializer, location: data.location, offset: data.offset })
    }
  }
  return list
}

/**
 * Where the files may lie: beside the model's path, or beside the file that it links to. The second is how the Hugging
 * Face cache stores a model, each of its files being a link into a folder of blobs.
 */
async function foldersOf(path: string): Promise<string[]> {
  return [await realpath(dirname(path)), dirname(await realpath(path))]
}

async function locate(path: string, folders: readonly string[], location: string): Promise<string> {
  const named = join(dirname(path), location)
  const real = await realpath(named).catch(error => {
    throw fileError(named, error)
  })
  if (folders.some(folder => isWithin(folder, real))) return real
  throw new OnnxError(
    'ONNX_MALFORMED',
    `${path}: ${JSON.stringify(location)} leads to ${real}, which is outside of the model's folder`
  )
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function checkRanges(path: string, externals: readonly External[], fileBytes: number): void {
  const sorted = externals
    .map(({ initializer: { name, sizeBytes }, location, offset }) => {
      const end = offset + sizeBytes
      return { name, location, offset, end }
    })
    .filter(({ offset, end }) => end > offset)
    .sort((a, b) => a.offset - b.offset || a.end - b.end)
  let last: (typeof sorted)[number] | undefined
  for (const range of sorted) {
    const { name, location, offset, end } = range
    const where = `${path}: initializer ${JSON.stringify(name)}, bytes ${offset} to ${end} of ${location}`
    if (end > fileBytes) {
      throw new OnnxError('ONNX_MALFORMED', `${where}: the file has ${fileBytes}`)
    }
    if (last !== undefined && offset < last.end && (offset !== last.offset || end !== last.end)) {
      throw new OnnxError('ONNX_MALFORMED', `${where}: overlaps ${JSON.stringify(last.name)}`)
    }
    last = range
  }
}
