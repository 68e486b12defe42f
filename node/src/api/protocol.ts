import type { ErrorJson, Progress } from '@soup/interface'
import type { InvocationJson, OptionValue } from '../commands/invocation.ts'

/** The one resource of the local API: `POST` runs a command. */
export const RUN_PATH = '/v1/run'

/** Most bytes of a request's body; a command line is far smaller. */
export const MAX_REQUEST_BYTES = 1_048_576

/** Most arguments or options in one request. */
export const MAX_REQUEST_ENTRIES = 4_096

/** What a caller posts to {@link RUN_PATH}. */
export interface RunRequest extends InvocationJson {
  command: string
}

/**
 * One line of the answer (newline-delimited JSON): any number of `progress`, then exactly one
 * `result` or `error`. An answer that ends without either was cut off.
 */
export type RunEvent = { progress: Progress } | { result: unknown } | { error: ErrorJson }

/**
 * Parses the body of a request.
 *
 * @returns the request, or a sentence saying what is wrong with it
 */
export function parseRunRequest(body: string): RunRequest | string {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return 'the body is not JSON'
  }
  if (!isObject(json)) return 'the body is not an object'
  const { command, args, options, cwd } = json
  if (typeof command !== 'string') return "'command' must be a string"
  if (!isTextList(args)) return "'args' must be a list of strings"
  if (!isOptions(options))
    return "'options' must map names to strings, booleans or lists of strings"
  if (typeof cwd !== 'string' || !cwd.startsWith('/')) return "'cwd' must be an absolute path"
  return { command, args, options, cwd }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTextList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_REQUEST_ENTRIES &&
    value.every(entry => typeof entry === 'string')
  )
}

function isOptions(value: unknown): value is Record<string, OptionValue> {
  if (!isObject(value)) return false
  const values = Object.values(value)
  return (
    values.length <= MAX_REQUEST_ENTRIES &&
    values.every(v => typeof v === 'string' || typeof v === 'boolean' || isTextList(v))
  )
}
