import type { Progress } from '@soup/interface'
import { type ApiServer, serveApi } from './api/server.ts'
import { Invocation } from './commands/invocation.ts'
import { onNode } from './commands/on-node.ts'
import { UsageError } from './errors.ts'
import { announceHoldings } from './library/holdings.ts'
import { openNode, type SoupNode } from './node.ts'
import type { Config } from './repo/config.ts'
import { publishApiAddress, type RepoPaths, readApiToken, withdrawApiAddress } from './repo/repo.ts'

/** What a daemon says once it answers peers and commands. */
export interface Ready {
  peerId: string
  addresses: string[]
  /** `http://HOST:PORT` */
  api: string
  pid: number
}

/** How a daemon talks to whoever started it. */
export interface DaemonOptions {
  onReady: (ready: Ready) => void
  /** Receives a line per event in the background. */
  log: (line: string) => void
  /** Ends the daemon: what is under way is cancelled, then everything is closed. */
  signal?: AbortSignal | undefined
}

/**
 * Runs a node until `signal` aborts.
 *
 * @throws StoreError STORE_LOCKED, ExchangeError or NodeError when a port is in use
 */
export async function runDaemon(
  repo: RepoPaths,
  config: Config,
  { onReady, log, signal }: DaemonOptions
): Promise<void> {
  const token = await readApiToken(repo)
  const onEvent = (event: { message: string }): void => log(event.message)
  const node = await openNode(repo, config, { network: true, onEvent })
  try {
    const api = await serveApi(config.api, token, handlerOf(node), log)
    try {
      await serve(node, api, { onReady, log, signal })
    } finally {
      await api.close()
    }
  } finally {
    await node.close()
  }
}

async function serve(
  node: SoupNode,
  api: ApiServer,
  { onReady, log, signal }: DaemonOptions
): Promise<void> {
  const { peerId, repo, exchange } = node
  try {
    await publishApiAddress(repo, api.url)
    onReady({ peerId, addresses: exchange?.addresses() ?? [], api: api.url, pid: process.pid })
    await announceHoldings(node, { signal }).catch((error: unknown) => {
      if (signal?.aborted !== true) log(`Announcing what this node holds failed: ${error}`)
    })
    await aborted(signal)
    log('Shutting down')
  } finally {
    await withdrawApiAddress(repo)
  }
}

function handlerOf(node: SoupNode): Parameters<typeof serveApi>[2] {
  return async (request, emit, signal) => {
    const command = onNode.find(({ name }) => name === request.command)
    if (command === undefined || command.needs === 'caller') {
      throw new UsageError(`The daemon has no command '${request.command}'`)
    }
    const onProgress = (progress: Progress): void => emit({ progress })
    return await command.run(node, new Invocation(request), { signal, onProgress })
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    if (signal?.aborted === true) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
