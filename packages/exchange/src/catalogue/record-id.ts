import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { ID_BYTES } from './negentropy/limits.ts'

/** Multicodec of DAG-CBOR. */
const DAG_CBOR = 0x71

/** Multihash code of SHA-256. */
const SHA2_256 = 0x12

/** @returns the record id whose SHA-256 digest this is */
export function recordIdOf(digest: Uint8Array): string {
  return CID.createV1(DAG_CBOR, Digest.create(SHA2_256, digest)).toString()
}

/** @returns the SHA-256 digest in a record id, or undefined when the text is no record id */
export function digestOf(id: string): Uint8Array | undefined {
  try {
    const { version, code, multihash } = CID.parse(id)
    const isRecordId = version === 1 && code === DAG_CBOR && multihash.code === SHA2_256
    return isRecordId && multihash.digest.length === ID_BYTES ? multihash.digest : undefined
  } catch {
    // Text that is no CID names no record: an answer, not a failure.
    return undefined
  }
}
