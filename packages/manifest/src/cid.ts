import { hash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'

/** Multicodec of canonical CBOR: records and tensor lists. */
export const DAG_CBOR = 0x71
/** Multicodec of an inner node of a payload. */
export const DAG_PB = 0x70
/** Multicodec of a chunk. */
export const RAW = 0x55

const SHA2_256 = 0x12
const SHA2_256_BYTES = 32

/** Longest string that can be an id of ours; base32 of 36 bytes takes 59 characters. */
const MAX_CID_LENGTH = 64

/**
 * The id of some bytes.
 *
 * @param codec multicodec of the bytes
 * @param digest SHA-256 of the bytes
 */
export function cidOf(codec: number, digest: Uint8Array): CID {
  return CID.createV1(codec, create(SHA2_256, digest))
}

/** CIDv1 (dag-cbor, sha2-256) of a small document, hashed on the calling thread. */
export function documentCid(bytes: Uint8Array): string {
  return cidOf(DAG_CBOR, hash('sha256', bytes, 'buffer')).toString()
}

/**
 * Takes a string or a decoded link for an id of ours.
 *
 * @param value base32 string in its one spelling, or a CID object
 * @param codecs the multicodecs that are allowed
 * @returns undefined unless it is a CIDv1 with SHA-256 and one of the codecs
 */
export function asCid(value: unknown, codecs: readonly number[]): CID | undefined {
  const cid = typeof value === 'string' ? parse(value) : CID.asCID(value)
  const isOurs =
    cid?.version === 1 &&
    codecs.includes(cid.code) &&
    cid.multihash.code === SHA2_256 &&
    cid.multihash.digest.length === SHA2_256_BYTES
  return isOurs ? cid : undefined
}

function parse(text: string): CID | undefined {
  if (text.length > MAX_CID_LENGTH) {
    return undefined
  }
  try {
    const cid = CID.parse(text)
    return cid.toString() === text ? cid : undefined
  } catch {
    return undefined
  }
}
