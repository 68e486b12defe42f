import type { Stream } from '@libp2p/interface'
import type { AbortOptions } from '@soup/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { ExchangeError } from './errors.ts'

/** How long a sender waits; without a limit until the stream ends. */
export interface SendOptions extends AbortOptions {
  /** Longest time that the peer may take to accept the bytes. */
  timeoutMs?: number | undefined
}

/**
 * Sends bytes and waits until the stream has passed them on, so that a slow reader holds its sender back.
 *
 * `Stream.onDrain()` is of no use for that: it settles at once from its second call on, since the stream
 * keeps the first promise (seen in `@libp2p/utils` 7.4). A drain may also leave most bytes unsent.
 *
 * @param bytes not touched by the caller until the promise settles
 * @throws {ExchangeError} `EXCHANGE_PEER_FAULT` when the peer is too slow or the stream closes; what the
 *   stream was aborted with; the signal's reason
 */
export async function sendAll(
  stream: Stream,
  bytes: Uint8Array | Uint8ArrayList,
  options: SendOptions
): Promise<void> {
  options.signal?.throwIfAborted()
  stream.send(bytes)
  if (stream.status !== 'open') throw fault('closed the stream before it took all bytes')
  if (!hasRoom(stream)) await room(stream, options)
}

function hasRoom(stream: Stream): boolean {
  return !stream.writableNeedsDrain && stream.writeBufferLength === 0
}

function room(stream: Stream, { timeoutMs, signal }: SendOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
      stream.removeEventListener('drain', check)
      stream.removeEventListener('idle', check)
      stream.removeEventListener('close', closed)
      settle()
    }
    const check = () => {
      if (hasRoom(stream)) end(resolve)
    }
    const closed = (event: { error?: Error }) =>
      end(() => reject(event.error ?? fault('closed the stream before it took all bytes')))
    const aborted = () => end(() => reject(signal?.reason))
    const expire = (ms: number) =>
      end(() => reject(fault(`did not take the bytes within ${ms / 1000} s`)))
    const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs, timeoutMs)
    signal?.addEventListener('abort', aborted)
    stream.addEventListener('drain', check)
    stream.addEventListener('idle', check)
    stream.addEventListener('close', closed)
  })
}

function fault(what: string): ExchangeError {
  return new ExchangeError('EXCHANGE_PEER_FAULT', `The peer ${what}`)
}
