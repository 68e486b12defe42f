import { asCid, cidOf, DAG_PB, RAW } from './cid.ts'

/**
 * Computes the CID of a chunk: CIDv1 (raw, sha2-256), base32.
 *
 * The hash runs on the thread pool, so that the event loop goes on; `bytes` must not change meanwhile.
 */
export async function chunkCid(bytes: Uint8Array): Promise<string> {
  return cidOf(RAW, await digest(bytes)).toString()
}

/**
 * Tells whether bytes are what their CID says, be it a chunk or an inner node.
 *
 * The hash runs on the thread pool, so that the event loop goes on; `bytes` must not change meanwhile.
 *
 * @returns false as well where `cid` is no id of a chunk or an inner node
 */
export async function verifyChunk(cid: string, bytes: Uint8Array): Promise<boolean> {
  const expected = asCid(cid, [RAW, DAG_PB])
  return (
    expected !== undefined && Buffer.compare(expected.multihash.digest, await digest(bytes)) === 0
  )
}

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}
