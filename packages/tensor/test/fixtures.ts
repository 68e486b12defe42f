import { createHash } from 'node:crypto'
import type { ByteSink, ByteSource } from '@soup/interface'

/** A source over bytes; `readable` cuts it short, as a file that was truncated since. */
export function source(
  bytes: Uint8Array,
  readable: number = bytes.length
): ByteSource & { closed: number } {
  return {
    name: 'a.safetensors',
    sizeBytes: bytes.length,
    closed: 0,
    async read(offset, length) {
      if (offset + length > readable) throw new Error(`it ends at byte ${readable}`)
      return bytes.slice(offset, offset + length)
    },
    async close() {
      this.closed++
    }
  }
}

/** A sink that remembers what was written and what became of it. */
export function memorySink(): ByteSink & { bytes(): Buffer; end: string } {
  const chunks: Uint8Array[] = []
  return {
    end: 'open',
    bytes: () => Buffer.concat(chunks),
    async write(bytes) {
      chunks.push(bytes.slice())
    },
    async commit() {
      this.end = 'committed'
    },
    async discard() {
      this.end = 'discarded'
    }
  }
}

/** A safetensors file of any header, however wrong. */
export function file(header: string | Uint8Array, data: Uint8Array | number = 0): Buffer {
  const bytes = Buffer.from(header as string)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([length, bytes, typeof data === 'number' ? Buffer.alloc(data) : data])
}

/** Collects a stream. */
export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const list: Uint8Array[] = []
  for await (const piece of pieces) list.push(piece)
  return list
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
