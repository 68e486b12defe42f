/** The entry of a further thread of a team. */
import { parentPort, workerData } from 'node:worker_threads'
import { errorToJson } from '@soup/interface'
import { takeItems } from './take-items.ts'
import { beginFrom, type TeamMessage, type TeamWork } from './team.ts'

const { work, shared } = workerData as { work: TeamWork; shared: Int32Array }

function send(message: TeamMessage): void {
  parentPort?.postMessage(message)
}

try {
  const part = { begin: beginFrom(work), count: work.count }
  await takeItems(part, shared, (index, result) => send({ index, result }))
} catch (error) {
  const stack = error instanceof Error ? error.stack : undefined
  send({ error: errorToJson(error), ...(stack === undefined ? {} : { stack }) })
}
