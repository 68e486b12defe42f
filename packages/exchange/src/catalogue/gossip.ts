import { createHash } from 'node:crypto'
import { type GossipSub, type Message, TopicValidatorResult } from '@libp2p/gossipsub'
import { MAX_GOSSIP_BYTES } from './limits.ts'
import { ID_BYTES } from './negentropy/limits.ts'
import { GOSSIP, topicOf } from './protocol.ts'

/** What is announced. */
export type News =
  | { type: 'record'; envelope: Uint8Array }
  /** A record that is too large for gossip, by the SHA-256 digest of its id. */
  | { type: 'recordId'; digest: Uint8Array }
  | { type: 'announcement'; envelope: Uint8Array }

/** What to do with news: pass it on, drop it, or count it against the peer as well. */
export type Verdict = 'accept' | 'ignore' | 'reject'

/**
 * Judges, and where it is welcome takes in, what a peer passed on.
 *
 * @param space whose topic it came on
 * @param peer who passed it on, not who made it
 */
export type JudgeNews = (space: string, news: News, peer: string) => Promise<Verdict>

/**
 * Message id for gossipsub: SHA-256 of the data, so that the same news told by two peers is one message.
 *
 * @param message a gossipsub message
 */
export function gossipMessageId(message: Pick<Message, 'data' | 'topic'>): Uint8Array {
  const hash = createHash('sha256').update(message.topic).update('\0').update(message.data)
  return new Uint8Array(hash.digest())
}

/** Announcements over gossipsub, a topic for each space. News is judged before it is passed on. */
export class Gossip {
  readonly #pubsub: GossipSub
  readonly #judge: JudgeNews
  readonly #topics = new Set<string>()

  constructor(pubsub: GossipSub, judge: JudgeNews) {
    this.#pubsub = pubsub
    this.#judge = judge
  }

  /** Listens to a space from now on. */
  join(space: string): void {
    const topic = topicOf(space)
    if (this.#topics.has(topic)) return
    this.#topics.add(topic)
    this.#pubsub.topicValidators.set(topic, async (peer, message) => {
      const news = message.data.length > MAX_GOSSIP_BYTES ? undefined : parseNews(message.data)
      const verdict = news && (await this.#judge(space, news, peer.toString()))
      return RESULTS[verdict ?? 'reject']
    })
    this.#pubsub.subscribe(topic)
  }

  /** Leaves every space. */
  leaveAll(): void {
    for (const topic of this.#topics) {
      this.#pubsub.unsubscribe(topic)
      this.#pubsub.topicValidators.delete(topic)
    }
    this.#topics.clear()
  }

  /**
   * Tells those who listen now.
   *
   * @returns how many peers it was sent to: 0 where nobody listens, or everybody heard it already
   */
  async tell(space: string, news: News): Promise<number> {
    try {
      const { recipients } = await this.#pubsub.publish(topicOf(space), encodeNews(news))
      return recipients.length
    } catch (error) {
      // Reconciliation reaches those who are not there now, so neither case is a failure.
      if (error instanceof Error && HARMLESS.has(error.message)) return 0
      throw error
    }
  }
}

/** The news of a new record: itself, or its id where it is too large. */
export function newsOf(envelope: Uint8Array, digest: Uint8Array): News {
  return envelope.length < MAX_GOSSIP_BYTES
    ? { type: 'record', envelope }
    : { type: 'recordId', digest }
}

/** gossipsub tells these failures apart by message only. */
const HARMLESS = new Set([
  'PublishError.NoPeersSubscribedToTopic',
  'PublishError.Duplicate',
  'PublishError.InsufficientPeers'
])

const RESULTS: Record<Verdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject
}

function encodeNews(news: News): Uint8Array {
  const bytes = news.type === 'recordId' ? news.digest : news.envelope
  return Uint8Array.of(GOSSIP[news.type], ...bytes)
}

function parseNews(data: Uint8Array): News | undefined {
  const bytes = new Uint8Array(data.subarray(1))
  switch (data[0]) {
    case GOSSIP.record:
      return { type: 'record', envelope: bytes }
    case GOSSIP.announcement:
      return { type: 'announcement', envelope: bytes }
    case GOSSIP.recordId:
      return bytes.length === ID_BYTES ? { type: 'recordId', digest: bytes } : undefined
    default:
      return undefined
  }
}
