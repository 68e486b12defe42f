import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { errorToJson } from '@soup/interface'
import { NodeError } from '../errors.ts'
import { listen } from './listen.ts'
import { isLoopback } from './loopback.ts'
import {
  MAX_REQUEST_BYTES,
  parseRunRequest,
  RUN_PATH,
  type RunEvent,
  type RunRequest
} from './protocol.ts'

/** Runs one request; `emit` sends progress to the caller. */
export type RunHandler = (
  request: RunRequest,
  emit: (event: RunEvent) => void,
  signal: AbortSignal
) => Promise<unknown>

/** A local API that accepts requests. */
export interface ApiServer {
  /** `http://HOST:PORT` */
  readonly url: string
  /** Cancels the requests under way and closes. */
  close(): Promise<void>
}

/**
 * Serves {@link RUN_PATH} on a loopback address.
 *
 * A request is answered only with the right bearer token, a loopback `Host` (a rebinding DNS name gets
 * nothing) and no foreign `Origin` (a web page gets nothing).
 *
 * @param address loopback `HOST:PORT`
 * @param token what callers must present
 * @param log receives a line per event in the background
 * @throws NodeError API_PORT_IN_USE when another process listens there, API_LISTEN
 */
export async function serveApi(
  address: string,
  token: string,
  handler: RunHandler,
  log: (line: string) => void
): Promise<ApiServer> {
  const stop = new AbortController()
  const calls = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const call = answer(request, response, token, handler, stop.signal)
      .catch((cause: unknown) => {
        response.destroy(cause instanceof Error ? cause : undefined)
      })
      .finally(() => calls.delete(call))
    calls.add(call)
  })
  const url = await listen(server, address, error =>
    log(`The local API goes on after a failure: ${error.message}`)
  )
  return {
    url,
    async close() {
      stop.abort(new NodeError('API_CLOSED', 'The daemon is shutting down'))
      const closed = once(server, 'close')
      server.close()
      await Promise.race([Promise.all(calls), delay(CLOSE_GRACE_MS, undefined, { ref: false })])
      server.closeAllConnections()
      await closed
    }
  }
}

/** How long the calls under way may take to end after the shutdown began. */
const CLOSE_GRACE_MS = 2_000

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  handler: RunHandler,
  stopped: AbortSignal
): Promise<void> {
  const read = reasonNotToRead(request, token) ?? (await readRequest(request))
  if ('refusal' in read) return await refuse(request, response, read, stopped)

  const gone = new AbortController()
  const closed = Promise.withResolvers<void>()
  response.once('close', () => {
    gone.abort(new NodeError('API_CALLER_GONE', 'The caller hung up'))
    closed.resolve()
  })
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  response.flushHeaders()
  const emit = (event: RunEvent): void => {
    // Work that is being cancelled may still tell of progress: writing then would end the process.
    if (!response.writableEnded) response.write(`${JSON.stringify(event)}\n`)
  }
  const signal = AbortSignal.any([gone.signal, stopped])
  const running = handler(read, emit, signal)
  try {
    // Work takes its time to end when it is cancelled; its caller is told at once.
    emit({ result: (await Promise.race([running, cancelled(signal)])) ?? null })
  } catch (error) {
    emit({ error: errorToJson(error) })
  }
  response.end()
  await Promise.allSettled([running, closed.promise])
}

function cancelled(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(signal.reason)
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}

/** Why a call is not run. */
interface Refusal {
  status: number
  refusal: string
}

function reasonNotToRead(request: IncomingMessage, token: string): Refusal | undefined {
  const { authorization = '', host = '', origin } = request.headers
  if (!isLoopback(host)) return { status: 403, refusal: 'the Host header must name loopback' }
  if (origin !== undefined) return { status: 403, refusal: 'web pages may not call the local API' }
  if (!sameText(authorization, `Bearer ${token}`)) {
    return { status: 401, refusal: 'the bearer token is missing or wrong: it is in the repo' }
  }
  if (request.url !== RUN_PATH) return { status: 404, refusal: `only ${RUN_PATH} exists` }
  if (request.method !== 'POST') return { status: 405, refusal: 'only POST is accepted' }
  return undefined
}

function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

async function readRequest(request: IncomingMessage): Promise<RunRequest | Refusal> {
  const body = await readBody(request)
  if (body === undefined) {
    return { status: 413, refusal: `the body exceeds ${MAX_REQUEST_BYTES} bytes` }
  }
  const run = parseRunRequest(body)
  return typeof run === 'string' ? { status: 400, refusal: run } : run
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let size = 0
  // What is left unread must not end the connection: the caller has no answer yet.
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
  for await (const part of body) {
    size += part.length
    if (size > MAX_REQUEST_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/**
 * Says why a call is not run. What its caller still sends is dropped for a while before the connection is
 * closed: closing on unread bytes resets it, and the answer with it.
 */
async function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, refusal }: Refusal,
  stopped: AbortSignal
): Promise<void> {
  const error = { code: 'API_REFUSED', message: refusal, details: {} }
  const body = `${JSON.stringify({ error })}\n`
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close'
  })
  response.write(body)
  if (!request.complete) {
    request.resume()
    const patience = delay(LINGER_MS, undefined, { ref: false, signal: stopped })
    await Promise.race([once(request, 'close'), patience])
  }
  response.end()
}

/** How long a caller that was refused may go on sending. */
const LINGER_MS = 5_000
