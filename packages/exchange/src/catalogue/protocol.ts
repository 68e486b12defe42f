/** Protocol id; docs/protocol.md, "Catalogue". */
export const CATALOGUE_PROTOCOL = '/soup/catalogue/1.0.0'

/** The space of base records, and of records that belong to no base. */
export const BASES_SPACE = 'bases'

/** The space of provider announcements. */
export const PROVIDERS_SPACE = 'providers'

/** First byte of a request; its answer begins with the same number plus {@link ANSWER}. */
export const REQUEST = { reconcile: 0x01, get: 0x02, put: 0x03 } as const

/** Added to a request's number in its answer. */
export const ANSWER = 0x80

/** First byte of an answer that says why there is none. */
export const ERROR_ANSWER = 0xff

/** What an id or an item is: a record, or a provider announcement. */
export const SHELF = { records: 0x00, announcements: 0x01 } as const

/** Name of a shelf. */
export type Shelf = keyof typeof SHELF

/** Numbers of the errors on the wire. The stream ends after each but `notFollowed`. */
export const WIRE_ERROR = {
  /** A frame or message is not as the protocol says. */
  malformed: 1,
  /** The node does not take part in this space. The client goes on with others. */
  notFollowed: 2,
  /** A record or announcement does not verify. */
  invalid: 3,
  /** Too many streams at once. */
  busy: 4,
  /** The node failed to answer; it is not the client's fault. */
  internal: 5
} as const

/** Domain of the signature of a provider announcement. */
export const ANNOUNCEMENT_DOMAIN = 'soup-provider-announcement'

/** Payload type of a provider announcement's envelope. */
export const ANNOUNCEMENT_TYPE: Uint8Array = new TextEncoder().encode('/soup/provider/1')

/** Version of a provider announcement. */
export const ANNOUNCEMENT_VERSION = 1

/** First byte of a gossip message. */
export const GOSSIP = { record: 0x01, recordId: 0x02, announcement: 0x03 } as const

/** @returns the gossip topic of a space */
export function topicOf(space: string): string {
  return space === BASES_SPACE ? '/soup/bases/1' : `/soup/base/${space}/1`
}
