import type { PrivateKey } from '@libp2p/interface'
import type { AbortOptions } from '@soup/interface'
import type { SignedRecord, SoupRecord, UnknownRecord } from './records.ts'

export async function signRecord<R extends SoupRecord>(
  _record: R,
  _privateKey: PrivateKey,
  _options: AbortOptions = {}
): Promise<SignedRecord<R>> {
  throw new Error('in the making')
}

export async function parseRecord(
  _envelope: Uint8Array,
  _options: AbortOptions = {}
): Promise<SignedRecord<SoupRecord | UnknownRecord>> {
  throw new Error('in the making')
}
