/** CID (raw, sha2-256) of a chunk, base32; hashed off the main thread. */
export async function chunkCid(_bytes: Uint8Array): Promise<string> {
  throw new Error('in the making')
}
/** Whether `bytes` hash to `cid` (a chunk or an inner node); hashed off the main thread. */
export async function verifyChunk(_cid: string, _bytes: Uint8Array): Promise<boolean> {
  throw new Error('in the making')
}
