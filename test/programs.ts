import { fileURLToPath } from 'node:url'

/** The `soup-node` program. */
export const NODE: string = fileURLToPath(new URL('../node/bin/soup-node.js', import.meta.url))

/** The `soup-coordinator` program. */
export const COORDINATOR: string = fileURLToPath(
  new URL('../coordinator/bin/soup-coordinator.js', import.meta.url)
)
