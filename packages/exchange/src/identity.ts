import { randomUUID } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { ExchangeError } from './errors.ts'
import { checkPrivate, inWords } from './secret.ts'

/** Who a node is. */
export interface Identity {
  /** Ed25519; signs records and proves the peer id. */
  privateKey: PrivateKey
  peerId: string
}

/** An Ed25519 key in libp2p's protobuf is 68 bytes; nothing much larger is one. */
const MAX_KEY_FILE_BYTES = 1_024

/**
 * Reads a node's identity, or makes one on first use: an Ed25519 key in libp2p's protobuf form, in a file
 * that only its owner may read.
 *
 * @param path the key file
 * @throws {ExchangeError} `EXCHANGE_IDENTITY` when the file holds something else, `SECRET_EXPOSED` when others
 *   may read it, `FILE_FAILED` when the system refuses
 */
export async function loadIdentity(path: string): Promise<Identity> {
  const bytes = await inWords(path, async () => (await readOptional(path)) ?? (await makeKey(path)))
  const identity = parseKey(path, bytes)
  await checkPrivate(path)
  return identity
}

function parseKey(path: string, bytes: Uint8Array): Identity {
  try {
    if (bytes.length > MAX_KEY_FILE_BYTES) throw new RangeError(`${bytes.length} bytes`)
    const privateKey = privateKeyFromProtobuf(bytes)
    if (privateKey.type !== 'Ed25519') throw new TypeError(`a key of type ${privateKey.type}`)
    return { privateKey, peerId: peerIdFromPrivateKey(privateKey).toString() }
  } catch (cause) {
    const message = `${path} is not an Ed25519 identity key; restore it from a backup, or remove it to get a new identity`
    throw new ExchangeError('EXCHANGE_IDENTITY', message, { details: { path }, cause })
  }
}

/** Of two processes that start at once the first one's key is kept: a link never replaces a file. */
async function makeKey(path: string): Promise<Uint8Array> {
  const temporary = `${path}.${randomUUID()}`
  const bytes = privateKeyToProtobuf(await generateKeyPair('Ed25519'))
  await writeFile(temporary, bytes, { mode: 0o600, flush: true })
  try {
    await link(temporary, path)
    return bytes
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return await readFile(path)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function readOptional(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
