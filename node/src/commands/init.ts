import { checkAddress, loadIdentity } from '@soup/exchange'
import { UsageError } from '../errors.ts'
import { MAX_CONFIG_ENTRIES } from '../repo/config.ts'
import { initRepo } from '../repo/repo.ts'
import { type Command, callerCommand } from './command.ts'

/** `init`: makes a repo and its identity. */
export const init: Command = callerCommand({
  name: 'init',
  summary: 'make a repo: an identity, settings and an empty store',
  options: [
    { flags: '--listen <multiaddr>', summary: 'where to listen (default: any port)', repeat: true },
    { flags: '--bootstrap <multiaddr>', summary: 'a peer to dial at start', repeat: true }
  ],
  examples: [
    'soup-node init',
    'soup-node init --repo ./alice --bootstrap /ip4/203.0.113.7/tcp/4190/p2p/12D3KooW...'
  ],
  async run({ repo }, invocation) {
    const listen = addresses(invocation.list('listen'), 'listen')
    const bootstrap = addresses(invocation.list('bootstrap'), 'bootstrap')
    await initRepo(repo.root, { bootstrap, ...(listen.length > 0 ? { listen } : {}) })
    const { peerId } = await loadIdentity(repo.identity)
    return { repo: repo.root, peerId }
  },
  render: ({ repo, peerId }) => `Made a repo at ${repo}; this node is ${peerId}`
})

/**
 * Checks the addresses that an option lists.
 *
 * @throws UsageError when one is not a multiaddr, ExchangeError EXCHANGE_BAD_ADDRESS when nothing can come of it
 */
export function addresses(texts: readonly string[], option: string): string[] {
  if (texts.length > MAX_CONFIG_ENTRIES) {
    const message = `Option --${option} may be given ${MAX_CONFIG_ENTRIES} times, got ${texts.length}`
    throw new UsageError(message)
  }
  for (const text of texts) {
    if (!text.startsWith('/')) {
      throw new UsageError(
        `Option --${option} wants a multiaddr such as /ip4/127.0.0.1/tcp/4190, got '${text}'`
      )
    }
    checkAddress(text)
  }
  return [...texts]
}
