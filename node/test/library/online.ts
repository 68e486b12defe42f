import type { Test } from 'tap'
import { openNode, type SoupNode } from '../../src/node.ts'
import { defaultConfig } from '../../src/repo/config.ts'
import { repoPaths } from '../../src/repo/repo.ts'
import { repo } from '../run-cli.ts'

/** Runs `use` on a node with a new repo that is on the network and knows nobody. */
export async function online(t: Test, use: (node: SoupNode) => Promise<void>): Promise<void> {
  const { repo: root } = await repo(t)
  const config = { ...defaultConfig(), listen: ['/ip4/127.0.0.1/tcp/0'] }
  const node = await openNode(repoPaths(root), config, { network: true })
  try {
    await use(node)
  } finally {
    await node.close()
  }
}
