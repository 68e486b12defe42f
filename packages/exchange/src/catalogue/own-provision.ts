import type { Libp2p, PrivateKey } from '@libp2p/interface'
import type { AbortOptions } from '@soup/interface'
import { type Announcement, signAnnouncement } from './announcement.ts'
import { ANNOUNCEMENT_LIFE_MS, MAX_ADDRESS_BYTES, MAX_ADDRESSES, MAX_ROOTS } from './limits.ts'

/** What this node provides, and its announcement of that. */
export class OwnProvision {
  readonly #libp2p: Pick<Libp2p, 'peerId' | 'getMultiaddrs'>
  readonly #privateKey: PrivateKey
  /** Space of the record by payload root, the latest last. */
  readonly #spaces = new Map<string, string>()
  #seq = 0

  constructor(libp2p: Pick<Libp2p, 'peerId' | 'getMultiaddrs'>, privateKey: PrivateKey) {
    this.#libp2p = libp2p
    this.#privateKey = privateKey
  }

  /** Adds payload roots of a record in a space. */
  add(space: string, roots: readonly string[]): void {
    for (const root of roots) {
      this.#spaces.delete(root)
      this.#spaces.set(root, space)
    }
  }

  /** @returns the spaces in which something is provided */
  spaces(): Set<string> {
    return new Set(this.#spaces.values())
  }

  /**
   * Signs what holds now.
   *
   * @param known what others may know of us, from before a restart: a clock that went back must not
   *   make us sign what they take for old
   * @returns undefined when nothing is provided
   */
  async announce(
    known: Announcement | undefined,
    options?: AbortOptions
  ): Promise<Announcement | undefined> {
    if (this.#spaces.size === 0) return undefined
    const now = Date.now()
    this.#seq = Math.max(now, this.#seq + 1, (known?.seq ?? 0) + 1)
    const fields = {
      seq: this.#seq,
      expires: now + ANNOUNCEMENT_LIFE_MS,
      addresses: this.#addresses(),
      roots: [...this.#spaces.keys()].slice(-MAX_ROOTS)
    }
    return signAnnouncement(fields, this.#privateKey, options)
  }

  #addresses(): string[] {
    const own = `/p2p/${this.#libp2p.peerId}`
    return this.#libp2p
      .getMultiaddrs()
      .filter(address => address.bytes.length <= MAX_ADDRESS_BYTES)
      .map(address => address.toString().replace(own, ''))
      .filter(address => address !== '')
      .slice(0, MAX_ADDRESSES)
  }
}

/**
 * Addresses of an announcement, made so that a dial accepts no other identity.
 *
 * @returns multiaddrs that end in the announcing peer's id; those that name another peer are left out
 */
export function dialable({ peer, addresses }: Pick<Announcement, 'peer' | 'addresses'>): string[] {
  const suffix = `/p2p/${peer}`
  return addresses
    .map(address => (address.endsWith(suffix) ? address.slice(0, -suffix.length) : address))
    .filter(address => !/\/p2p\/[^/]+$/.test(address))
    .map(address => address + suffix)
}
