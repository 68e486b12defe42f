import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { type ProgressOptions, RelayedError } from '@soup/interface'
import { NodeError } from '../errors.ts'
import { RUN_PATH, type RunEvent, type RunRequest } from './protocol.ts'

/** Where a daemon's API is and how to be let in. */
export interface ApiAccess {
  /** `http://HOST:PORT` */
  url: string
  token: string
}

/** How a command is run in the daemon. */
export interface CallOptions extends ProgressOptions {
  /** How long the daemon may take to answer at all; by default {@link DEFAULT_ANSWER_TIMEOUT_MS}. */
  answerTimeoutMs?: number
}

/** A daemon answers as soon as it has read a call, however long the command takes: a later one hangs. */
export const DEFAULT_ANSWER_TIMEOUT_MS = 30_000

/**
 * Runs a command in the daemon.
 *
 * @returns the command's output, or `undefined` when no daemon listens at `access.url`
 * @throws RelayedError when the command failed; NodeError API_SILENT when the daemon hangs, API_CUT_OFF when
 *   it went away midway
 */
export async function callApi(
  access: ApiAccess,
  request: RunRequest,
  options: CallOptions = {}
): Promise<{ result: unknown } | undefined> {
  const response = await post(access, request, options)
  if (response === undefined) return undefined
  if (response.statusCode !== 200) throw await refusal(response)
  for await (const event of events(response, options.signal)) {
    if ('error' in event) throw new RelayedError(event.error)
    if ('result' in event) return event
    options.onProgress?.(event.progress)
  }
  throw cutOff()
}

/** Uses node:http, not fetch: fetch gives up after five silent minutes, a long command may be silent. */
async function post(
  access: ApiAccess,
  request: RunRequest,
  { signal, answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS }: CallOptions
): Promise<IncomingMessage | undefined> {
  const headers = {
    authorization: `Bearer ${access.token}`,
    'content-type': 'application/json'
  }
  // One connection a call: one that is kept could be closed by a daemon that ends while it is idle.
  const init = { method: 'POST', headers, signal, agent: false } as const
  const call = httpRequest(access.url + RUN_PATH, init)
  const patience = AbortSignal.timeout(answerTimeoutMs)
  try {
    call.end(JSON.stringify(request))
    const [response] = (await once(call, 'response', { signal: patience })) as [IncomingMessage]
    return response
  } catch (error) {
    call.on('error', () => undefined).destroy() // its failure is known by now
    signal?.throwIfAborted()
    if (patience.aborted) throw silent(access.url, answerTimeoutMs)
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return undefined
    throw cutOff(error)
  }
}

async function refusal(response: IncomingMessage): Promise<NodeError> {
  const reason = reasonIn(await text(response))
    .slice(0, MAX_REFUSAL_CHARS)
    .trim()
  const message = `The daemon refused the call (HTTP ${response.statusCode}): ${reason}`
  return new NodeError('API_REFUSED', message, { details: { status: response.statusCode } })
}

/** @returns the sentence in a refusal of ours; what something else says, as it is */
function reasonIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } }
    return typeof error?.message === 'string' ? error.message : body
  } catch {
    return body // not ours
  }
}

/** Most characters of a refusal that are shown. */
const MAX_REFUSAL_CHARS = 1_000

async function* events(
  body: IncomingMessage,
  signal: AbortSignal | undefined
): AsyncGenerator<RunEvent> {
  const lines = createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })
  try {
    for await (const line of lines) yield JSON.parse(line) as RunEvent
  } catch (error) {
    signal?.throwIfAborted()
    throw cutOff(error)
  }
}

function silent(url: string, timeoutMs: number): NodeError {
  const message = `The daemon at ${url} does not answer (waited ${timeoutMs / 1_000} s); see its log, or end it and start it again`
  return new NodeError('API_SILENT', message, { details: { url, timeoutMs } })
}

function cutOff(cause?: unknown): NodeError {
  return new NodeError(
    'API_CUT_OFF',
    'The daemon went away before the command ended; see its log',
    {
      cause
    }
  )
}
