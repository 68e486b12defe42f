import { isLoopback } from '../api/loopback.ts'
import { runDaemon } from '../daemon.ts'
import { UsageError } from '../errors.ts'
import { readConfig } from '../repo/repo.ts'
import { type Command, callerCommand } from './command.ts'
import { addresses } from './init.ts'

/** `start`: runs the daemon until it is interrupted. */
export const start: Command = callerCommand({
  name: 'start',
  summary: 'run the peer daemon: serve what this node holds, keep the catalogue, answer commands',
  options: [
    { flags: '--listen <multiaddr>', summary: 'where to listen, for this run', repeat: true },
    { flags: '--bootstrap <multiaddr>', summary: 'a peer to dial besides the known', repeat: true },
    { flags: '--api <host:port>', summary: 'where the local API listens (loopback only)' }
  ],
  examples: [
    'soup-node start',
    'soup-node start --listen /ip4/0.0.0.0/tcp/4190 --api 127.0.0.1:4191'
  ],
  async run({ repo, announce, log }, invocation, { signal }) {
    const config = await readConfig(repo)
    const listen = addresses(invocation.list('listen'), 'listen')
    const bootstrap = addresses(invocation.list('bootstrap'), 'bootstrap')
    const api = invocation.text('api') ?? config.api
    if (!isLoopback(api)) {
      throw new UsageError(
        `Option --api wants a loopback HOST:PORT such as 127.0.0.1:0, got '${api}'`
      )
    }
    await runDaemon(
      repo,
      {
        listen: listen.length > 0 ? listen : config.listen,
        bootstrap: [...config.bootstrap, ...bootstrap],
        api
      },
      { onReady: announce, log, signal }
    )
    return undefined
  },
  render(ready: unknown): string {
    if (ready === undefined) return ''
    const {
      peerId,
      addresses: where,
      api
    } = ready as { peerId: string; addresses: string[]; api: string }
    return [
      `This node is ${peerId}`,
      ...where.map(a => `  reachable at ${a}`),
      `  local API at ${api}`
    ].join('\n')
  }
})
