import type { Stream } from '@libp2p/interface'
import type { ChunkStore } from '@soup/interface'
import { parseNode } from '@soup/manifest'
import { ByteReader } from '../src/chunks/byte-reader.ts'
import {
  ANSWER_CHUNK,
  ANSWER_NOT_HELD,
  encodeHeader,
  parseRequest,
  REQUEST_BYTES
} from '../src/chunks/protocol.ts'
import type { Host } from '../src/host.ts'
import { sendAll } from '../src/send.ts'

const PATIENT = { silenceMs: 60_000, totalMs: 60_000 }

/** What a dishonest provider does when it is asked for a chunk; `index` counts its answers. */
export type Misdeed = (stream: Stream, chunk: Uint8Array, index: number) => Promise<void>

/** Answers truthfully. */
export const tell: Misdeed = async (stream, chunk) => {
  await sendAll(stream, encodeHeader({ kind: ANSWER_CHUNK, value: chunk.length }), {
    timeoutMs: 20_000
  })
  await sendAll(stream, chunk, { timeoutMs: 20_000 })
}

/** A stream handler that reads requests properly and then does what it likes. */
export function dishonest(chunks: ChunkStore, misdeed: Misdeed): Parameters<Host['handle']>[1] {
  return async stream => {
    const reader = new ByteReader(stream)
    try {
      for (let index = 0; ; ) {
        const bytes = await reader.read(REQUEST_BYTES, PATIENT)
        if (bytes === undefined) break
        for (const cid of await namesOf(chunks, bytes)) {
          const chunk = await chunks.get(cid)
          if (chunk === undefined) stream.send(encodeHeader({ kind: ANSWER_NOT_HELD, value: 0 }))
          else await misdeed(stream, chunk, index)
          index += 1
        }
      }
    } catch {
      stream.abort(new Error('caught'))
    }
  }
}

async function namesOf(chunks: ChunkStore, bytes: Uint8Array): Promise<string[]> {
  const { cid, first, count } = parseRequest(bytes)
  if (count === 0) return [cid.toString()]
  const node = await chunks.get(cid.toString())
  const links = node === undefined ? [] : parseNode(node).links
  return links.slice(first, first + count).map(link => link.cid)
}
