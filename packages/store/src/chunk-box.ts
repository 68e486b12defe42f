import type { AbortOptions, ChunkStore } from '@soup/interface'

/** Chunks as payloads need them: with their sizes, and a durable mark on payloads that are complete. */
export interface ChunkBox extends ChunkStore {
  /** Size of a kept chunk, without reading it; undefined where it is not kept. */
  sizeOf(cid: string, options?: AbortOptions): Promise<number | undefined>
  /** Size of the payload that was marked complete under this root, if it was. */
  marked(root: string, options?: AbortOptions): Promise<number | undefined>
  /** Marks a payload complete, once every chunk that was put before is durable. */
  mark(root: string, sizeBytes: number, options?: AbortOptions): Promise<void>
  /** Takes the mark off. */
  unmark(root: string): Promise<void>
}

/** Whether a string can be the name of a chunk: a CIDv1 with SHA-256 in base32. */
export function isChunkName(cid: string): boolean {
  return /^b[a-z2-7]{58}$/.test(cid)
}

/** @throws {TypeError} for what is no chunk's name, or too large for a chunk */
export function refuseChunk(cid: string, bytes: Uint8Array, maxBytes: number): void {
  if (!isChunkName(cid) || bytes.length > maxBytes) {
    throw new TypeError(
      `Not a chunk of at most ${maxBytes} bytes: ${JSON.stringify(cid.slice(0, 60))}`
    )
  }
}

/** Chunks that last as long as the process. */
export function memoryChunks(
  maxBytes: number,
  map: Map<string, Uint8Array> = new Map()
): ChunkBox & { readonly map: ReadonlyMap<string, Uint8Array> } {
  const marks = new Map<string, number>()
  return {
    map,
    has: async cid => map.has(cid),
    get: async cid => map.get(cid)?.slice(),
    sizeOf: async cid => map.get(cid)?.length,
    async put(cid, bytes) {
      refuseChunk(cid, bytes, maxBytes)
      map.set(cid, bytes.slice())
    },
    marked: async root => marks.get(root),
    async mark(root, sizeBytes) {
      marks.set(root, sizeBytes)
    },
    async unmark(root) {
      marks.delete(root)
    }
  }
}
