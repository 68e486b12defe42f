import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AbortOptions } from '@soup/interface'
import { verifyChunk } from '@soup/manifest'
import { type ChunkBox, isChunkName, refuseChunk } from './chunk-box.ts'
import { codeOf, fileError, type OpenFile, readSmall, syncFolder, writeWhole } from './files.ts'
import { MAX_CHUNK_FILE_BYTES } from './limits.ts'

/** Longest mark: the digits of a size. */
const MAX_MARK_BYTES = 16

/** Chunks as files in a folder. */
export interface ChunkFiles extends ChunkBox {
  /** Makes the folders, and sweeps what a crash left under temporary names. */
  prepare(): Promise<void>
}

/**
 * Chunks as files: `data/XY/CID` for a chunk, where XY are the last characters but one of the CID;
 * `complete/ROOT` for the mark on a complete payload; `tmp/` for files in the making.
 *
 * A file whose content does not fit its name (bit rot, a torn write) is removed when it is read, and
 * every mark before it: which payloads it belonged to is not known, and a mark is quickly made again.
 *
 * @param path folder of the chunks
 * @param openFile opens the file to write to; tests let it fail
 */
export function chunkFiles(path: string, openFile?: OpenFile): ChunkFiles {
  const unsynced = new Set<string>()
  let written = 0
  let marking: Promise<void> = Promise.resolve()
  const temporary = () => join(path, 'tmp', `${process.pid}-${written++}`)
  const fileOf = (cid: string) => join(path, 'data', cid.slice(-3, -1), cid)
  const markOf = (root: string) => join(path, 'complete', root)

  const dropDamaged = async (file: string): Promise<void> => {
    await rm(join(path, 'complete'), { recursive: true, force: true })
    await rm(file, { force: true })
  }

  const sizeOf = async (cid: string, options: AbortOptions = {}): Promise<number | undefined> => {
    options.signal?.throwIfAborted()
    return isChunkName(cid) ? fileSize(fileOf(cid)) : undefined
  }
  const mark = async (root: string, sizeBytes: number): Promise<void> => {
    await syncAll(unsynced, join(path, 'data'))
    await writeWhole(markOf(root), temporary(), Buffer.from(String(sizeBytes)), openFile)
    await syncFolder(join(path, 'complete'))
  }

  return {
    sizeOf,
    async prepare() {
      await mkdir(join(path, 'data'), { recursive: true })
      await rm(join(path, 'tmp'), { recursive: true, force: true })
      await mkdir(join(path, 'tmp'))
    },
    has: async (cid, options) => (await sizeOf(cid, options)) !== undefined,
    async get(cid, options) {
      options?.signal?.throwIfAborted()
      if (!isChunkName(cid)) {
        return undefined
      }
      const bytes = await readSmall(fileOf(cid), MAX_CHUNK_FILE_BYTES)
      if (bytes === undefined || (bytes !== 'damaged' && (await verifyChunk(cid, bytes)))) {
        return bytes
      }
      await dropDamaged(fileOf(cid))
      return undefined
    },
    async put(cid, bytes, options) {
      options?.signal?.throwIfAborted()
      refuseChunk(cid, bytes, MAX_CHUNK_FILE_BYTES)
      const file = fileOf(cid)
      if ((await fileSize(file)) !== bytes.length) {
        await writeWhole(file, temporary(), bytes, openFile)
        unsynced.add(dirname(file))
      }
    },
    async marked(root) {
      const digits = isChunkName(root) ? await readSmall(markOf(root), MAX_MARK_BYTES) : undefined
      const text =
        digits === undefined || digits === 'damaged' ? '' : Buffer.from(digits).toString()
      return /^\d+$/.test(text) ? Number(text) : undefined
    },
    mark(root, sizeBytes) {
      marking = marking.catch(() => {}).then(() => mark(root, sizeBytes))
      return marking
    },
    unmark: root => rm(markOf(root), { force: true })
  }
}

/** Makes the names in the folders durable, and the folders' own; keeps in `folders` what failed. */
async function syncAll(folders: Set<string>, parent: string): Promise<void> {
  const taken = [...folders]
  folders.clear()
  try {
    for (const folder of taken) {
      await syncFolder(folder)
    }
    await syncFolder(parent)
  } catch (cause) {
    for (const folder of taken) {
      folders.add(folder)
    }
    throw fileError(cause, parent)
  }
}

async function fileSize(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined
    }
    throw fileError(error, file)
  }
}
