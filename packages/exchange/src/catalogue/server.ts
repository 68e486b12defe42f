import { setTimeout as sleep } from 'node:timers/promises'
import { CatalogueError } from './errors.ts'
import type { FrameStream } from './frame-stream.ts'
import { IDLE_TIMEOUT_MS, ITEMS_PER_TOKEN, MAX_BATCH_BYTES, MAX_RECONCILE_BYTES } from './limits.ts'
import { type Answer, encodeAnswer, parseRequest, type Request } from './messages.ts'
import type { ItemSet } from './negentropy/item-set.ts'
import { respond } from './negentropy/reconcile.ts'
import { type Shelf, WIRE_ERROR } from './protocol.ts'
import { WireError } from './wire/errors.ts'

/** What the answering side needs of the node. */
export interface Library {
  /** @returns the set of a space, or undefined when this node does not take part in it */
  items(space: string, signal: AbortSignal): Promise<ItemSet | undefined>
  /** @returns an envelope by the SHA-256 digest of its id */
  read(shelf: Shelf, id: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined>
  /**
   * Takes envelopes of a peer.
   *
   * @returns how many were new
   * @throws {CatalogueError} CATALOGUE_INVALID
   */
  accept(
    shelf: Shelf,
    items: Uint8Array[],
    from: { peer: string; signal: AbortSignal }
  ): Promise<number>
  /** Counts a request of a peer. @returns how long to wait before it is answered, in ms */
  throttle(peer: string, cost: number): number
}

/**
 * Answers the requests of one stream, one after the other, until the client closes it.
 *
 * @throws {CatalogueError} when the client misbehaves; it has been told the number of its error
 */
export async function serve(
  frames: FrameStream,
  library: Library,
  signal: AbortSignal
): Promise<void> {
  for (;;) {
    const body = await frames.read({ signal: limited(signal) })
    if (body === undefined) return
    const answer = await tryAnswer(frames, library, body, signal)
    await frames.write(encodeAnswer(answer), { signal: limited(signal) })
  }
}

async function tryAnswer(
  frames: FrameStream,
  library: Library,
  body: Uint8Array,
  signal: AbortSignal
): Promise<Answer> {
  try {
    const request = parseRequest(body)
    // The stream stays paused meanwhile: a client that asks too fast waits at its own expense.
    const waitMs = library.throttle(frames.peer, costOf(request))
    if (waitMs > 0) await sleep(waitMs, undefined, { signal })
    return await answerTo(request, library, { peer: frames.peer, signal })
  } catch (cause) {
    signal.throwIfAborted()
    const fault = faultOf(cause, frames.peer)
    const text = fault.code === undefined ? 'the node failed to answer' : fault.error.message
    const answer: Answer = { type: 'error', code: fault.number, text }
    await frames.write(encodeAnswer(answer), { signal: limited(signal) })
    throw fault.error
  }
}

function costOf(request: Request): number {
  return request.type === 'put' ? 1 + request.items.length / ITEMS_PER_TOKEN : 1
}

async function answerTo(
  request: Request,
  library: Library,
  from: { peer: string; signal: AbortSignal }
): Promise<Answer> {
  switch (request.type) {
    case 'reconcile': {
      const set = await library.items(request.space, from.signal)
      if (set === undefined) {
        return { type: 'error', code: WIRE_ERROR.notFollowed, text: 'space not followed' }
      }
      const message = respond(set, request.message, MAX_RECONCILE_BYTES)
      return { type: 'reconcile', message }
    }
    case 'get':
      return collect(request.shelf, request.ids, library, from.signal)
    case 'put':
      return { type: 'put', taken: await library.accept(request.shelf, request.items, from) }
  }
}

/** Reads what was asked for until a batch is full; the client asks for the rest again. */
async function collect(
  shelf: Shelf,
  ids: Uint8Array[],
  library: Library,
  signal: AbortSignal
): Promise<Answer> {
  const items: Uint8Array[] = []
  let sizeBytes = 0
  let done = 0
  for (const id of ids) {
    const item = await library.read(shelf, id, signal)
    if (items.length > 0 && sizeBytes + (item?.length ?? 0) > MAX_BATCH_BYTES) break
    done += 1
    if (item === undefined) continue
    items.push(item)
    sizeBytes += item.length
  }
  return { type: 'get', done, items }
}

interface Fault {
  number: number
  code?: CatalogueError['code']
  error: Error
}

function faultOf(cause: unknown, peer: string): Fault {
  const details = { peer }
  if (cause instanceof WireError) {
    const message = `peer ${peer} sent a malformed request: ${cause.message}`
    const error = new CatalogueError('CATALOGUE_MALFORMED', message, { details, cause })
    return { number: WIRE_ERROR.malformed, code: error.code, error }
  }
  if (cause instanceof CatalogueError && cause.code === 'CATALOGUE_INVALID') {
    return { number: WIRE_ERROR.invalid, code: cause.code, error: cause }
  }
  const error = cause instanceof Error ? cause : new Error(String(cause))
  return { number: WIRE_ERROR.internal, error }
}

function limited(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(IDLE_TIMEOUT_MS)])
}

/** Tells a client that too many wait already. */
export async function refuseBusy(frames: FrameStream, signal: AbortSignal): Promise<void> {
  const text = 'too many streams at once, try again later'
  const answer: Answer = { type: 'error', code: WIRE_ERROR.busy, text }
  await frames.write(encodeAnswer(answer), { signal: limited(signal) })
}
