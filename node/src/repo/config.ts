import { isLoopback } from '../api/loopback.ts'
import { NodeError } from '../errors.ts'

/** Settings of a repo, kept in its `config.json`; flags of `start` override them for one run. */
export interface Config {
  /** Multiaddrs to listen on. */
  listen: string[]
  /** Multiaddrs of peers to dial at start, each ending in `/p2p/<peer id>`. */
  bootstrap: string[]
  /** Where the local API listens: loopback host and port; port 0 takes a free one. */
  api: string
}

/** Where a node listens unless it is told otherwise: any interface, a port of the system's choice. */
export const DEFAULT_LISTEN: readonly string[] = ['/ip4/0.0.0.0/tcp/0']

/** Where the local API listens unless it is told otherwise. */
export const DEFAULT_API = '127.0.0.1:0'

/** Most entries of a list in `config.json`: more addresses than any node has. */
export const MAX_CONFIG_ENTRIES = 64

/** @returns the settings of a repo that was just made */
export function defaultConfig(): Config {
  return { listen: [...DEFAULT_LISTEN], bootstrap: [], api: DEFAULT_API }
}

/**
 * Parses `config.json`.
 *
 * @param text the file's content
 * @param path the file's path, for messages
 * @throws NodeError CONFIG_INVALID naming the field, what was expected and what came
 */
export function parseConfig(text: string, path: string): Config {
  const json = parseJson(text, path)
  const config = defaultConfig()
  for (const [key, value] of Object.entries(json)) {
    if (key === 'listen' || key === 'bootstrap') config[key] = addressList(value, key, path)
    else if (key === 'api') config.api = parseApi(value, path)
    else throw invalid(path, `unknown setting '${key}'; known are listen, bootstrap, api`)
  }
  return config
}

function parseJson(text: string, path: string): object {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw invalid(path, 'not valid JSON', cause)
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json
  throw invalid(path, 'expected an object')
}

function addressList(value: unknown, key: string, path: string): string[] {
  const isList = Array.isArray(value) && value.length <= MAX_CONFIG_ENTRIES
  if (isList && value.every(entry => typeof entry === 'string' && entry.startsWith('/'))) {
    return value as string[]
  }
  throw invalid(path, `'${key}' must be a list of at most ${MAX_CONFIG_ENTRIES} multiaddrs`)
}

function parseApi(value: unknown, path: string): string {
  if (typeof value === 'string' && isLoopback(value)) return value
  throw invalid(path, `'api' must be a loopback HOST:PORT such as ${DEFAULT_API}, got '${value}'`)
}

function invalid(path: string, problem: string, cause?: unknown): NodeError {
  return new NodeError('CONFIG_INVALID', `${path}: ${problem}; mend the file or remove it`, {
    details: { path },
    cause
  })
}
