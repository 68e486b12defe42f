import { encode } from '@ipld/dag-cbor'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { RecordEnvelope } from '@libp2p/peer-record'
import type { AbortOptions } from '@soup/interface'
import { CanonicalError, decodeCanonical } from './canonical.ts'
import { documentCid } from './cid.ts'
import { FieldError } from './codecs.ts'
import { ManifestError } from './errors.ts'
import { dagJsonMap } from './json-codec.ts'
import { MAX_ENVELOPE_SIZE_BYTES, MAX_RECORD_SIZE_BYTES } from './limits.ts'
import { RECORD_DOMAIN, RECORD_PAYLOAD_TYPE } from './protocol.ts'
import { baseOf, recordCodecs, recordHead } from './record-codec.ts'
import type { BaseRecord, SignedRecord, SoupRecord, UnknownRecord } from './records.ts'

/**
 * Signs a record in the name of a key's peer.
 *
 * The same record signed with the same key gives the same bytes and the same id. `created` is a claim
 * of the publisher and orders nothing; an expert that names another one in `supersedes` replaces it
 * only if both have the same publisher, which is for the reader of both to check. Base and expert
 * records carry their publisher in the signed payload, so nobody else can sign the same id; a recipe
 * doesn't, because its id depends on nothing but the soup.
 *
 * @param record not changed; optional fields may be undefined
 * @param privateKey an Ed25519 key
 * @throws {ManifestError} RECORD_INVALID when a field breaks its rule, RECORD_TOO_LARGE
 * @throws {TypeError} when the key is of another type
 */
export async function signRecord<R extends SoupRecord>(
  record: R,
  privateKey: PrivateKey,
  options: AbortOptions = {}
): Promise<SignedRecord<R>> {
  if (privateKey.type !== 'Ed25519') {
    throw new TypeError(`Records are signed with Ed25519 keys, not ${privateKey.type}`)
  }
  const publisher = peerIdFromPublicKey(privateKey.publicKey).toString()
  const payload = encodeRecord(record, record.kind === 'recipe' ? undefined : publisher)
  const sealed = await RecordEnvelope.seal(
    {
      domain: RECORD_DOMAIN,
      codec: RECORD_PAYLOAD_TYPE,
      marshal: () => payload,
      equals: other => other.marshal() === payload
    },
    privateKey,
    signalOf(options)
  )
  return readPayload(payload, publisher, sealed.marshal()) as SignedRecord<R>
}

/**
 * Verifies a signed record from a stranger: envelope, signature, encoding and every field.
 *
 * @param envelope as it came; the result refers to it
 * @throws {ManifestError} RECORD_TOO_LARGE, RECORD_SIGNATURE when it is not signed as a record by the
 *   peer that it names, RECORD_INVALID when anything else is wrong
 */
export async function parseRecord(
  envelope: Uint8Array,
  options: AbortOptions = {}
): Promise<SignedRecord> {
  if (envelope.length > MAX_ENVELOPE_SIZE_BYTES) {
    throw tooLarge('envelope', MAX_ENVELOPE_SIZE_BYTES, envelope.length)
  }
  const opened = openEnvelope(envelope)
  if (opened.payload.length > MAX_RECORD_SIZE_BYTES) {
    throw tooLarge('record', MAX_RECORD_SIZE_BYTES, opened.payload.length)
  }
  const isSigned = await opened.validate(RECORD_DOMAIN, signalOf(options))
  options.signal?.throwIfAborted()
  const publisher = peerIdFromPublicKey(opened.publicKey).toString()
  if (!isSigned) {
    throw new ManifestError(
      'RECORD_SIGNATURE',
      `The record's signature by ${publisher} does not fit its content: it was changed on the way or forged`,
      { details: { publisher } }
    )
  }
  return readPayload(opened.payload, publisher, envelope)
}

/** Takes an envelope apart; only the form that our own writer produces passes. */
function openEnvelope(envelope: Uint8Array): RecordEnvelope {
  let opened: RecordEnvelope
  try {
    opened = RecordEnvelope.createFromProtobuf(envelope)
  } catch (cause) {
    throw new ManifestError('RECORD_INVALID', 'These bytes are no signed record', { cause })
  }
  const faults: [boolean, string][] = [
    [opened.publicKey.type === 'Ed25519', `an Ed25519 key, got ${opened.publicKey.type}`],
    [isSame(opened.payloadType, RECORD_PAYLOAD_TYPE), 'the payload type of a record, got another'],
    [isSame(opened.marshal(), envelope), 'canonical protobuf, got another encoding']
  ]
  const fault = faults.find(([isRight]) => !isRight)
  if (fault) {
    throw new ManifestError(
      'RECORD_INVALID',
      `The record's envelope is not valid: expected ${fault[1]}`
    )
  }
  return opened
}

function encodeRecord(record: SoupRecord, publisher: string | undefined): Uint8Array {
  const fields = asRecordError(() => {
    const codec = recordCodecs.get(record.kind)
    if (codec === undefined) {
      throw new FieldError('kind', `one of ${[...recordCodecs.keys()].join(', ')}`, record.kind)
    }
    return codec.encode(record, '') as Record<string, unknown>
  })
  const payload = encode(publisher === undefined ? fields : { ...fields, publisher })
  if (payload.length > MAX_RECORD_SIZE_BYTES) {
    throw tooLarge('record', MAX_RECORD_SIZE_BYTES, payload.length)
  }
  return payload
}

function readPayload(payload: Uint8Array, publisher: string, envelope: Uint8Array): SignedRecord {
  return asRecordError(() => {
    const fields = decodeCanonical(payload) as Record<string, unknown>
    const { kind, v } = recordHead.decode(fields, '')
    const codec = v === 1 ? recordCodecs.get(kind) : undefined
    const isBound = Object.hasOwn(fields, 'publisher')
    if (fields.publisher !== publisher && (isBound || (codec !== undefined && kind !== 'recipe'))) {
      throw new FieldError('publisher', `${publisher}, who signed the record`, fields.publisher)
    }
    const record = codec?.decode(fields, '') ?? unknownRecord(fields)
    if (record.kind === 'base') checkBaseId(record, fields.tensors)
    return { id: documentCid(payload), kind, base: baseOf(fields), publisher, record, envelope }
  })
}

/** Checks that a base's id is that of its tensors, which a record lists as the id is made of them. */
function checkBaseId(record: BaseRecord, tensors: unknown): void {
  const id = documentCid(encode(tensors))
  if (record.base === id) return
  const expected = `base ${id}, which is the id of its tensors, not ${record.base}`
  throw new FieldError('', expected, record)
}

/** The fields are converted when somebody looks: most records of strangers are only passed on. */
function unknownRecord(fields: Record<string, unknown>): UnknownRecord {
  let shown: UnknownRecord['fields'] | undefined
  return {
    kind: 'unknown',
    get fields() {
      shown ??= dagJsonMap(fields)
      return shown
    }
  }
}

function asRecordError<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    if (cause instanceof FieldError) {
      const { message, field, expected, got } = cause
      throw new ManifestError('RECORD_INVALID', `The record is not valid: ${message}`, {
        details: { field, expected, got },
        cause
      })
    }
    if (cause instanceof CanonicalError) {
      throw new ManifestError(
        'RECORD_INVALID',
        `The record is not valid: expected ${cause.message}`,
        {
          cause
        }
      )
    }
    throw cause
  }
}

function tooLarge(what: string, limit: number, size: number): ManifestError {
  return new ManifestError(
    'RECORD_TOO_LARGE',
    `The ${what} is too large: expected at most ${limit} bytes, got ${size}`,
    { details: { limit, size } }
  )
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

function signalOf(options: AbortOptions): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal }
}
