/** The entry of a thread of a team: takes items until none is left. */
import { parentPort, workerData } from 'node:worker_threads'
import { errorToJson } from '@soup/interface'
import { TensorError } from '../errors.ts'
import { type Begin, NEXT, STOP, type TeamMessage, type TeamWork } from './team.ts'

const { work, shared } = workerData as { work: TeamWork; shared: Int32Array }

function send(message: TeamMessage): void {
  parentPort?.postMessage(message)
}

function check(): void {
  if (Atomics.load(shared, STOP) === 0) return
  throw new TensorError('STOPPED', 'The work was stopped')
}

async function takeItems(): Promise<void> {
  const { begin } = (await import(work.module)) as { begin: Begin }
  const member = await begin(work.input, check)
  try {
    for (let index = Atomics.add(shared, NEXT, 1); index < work.count; ) {
      check()
      send({ index, result: await member.run(index) })
      index = Atomics.add(shared, NEXT, 1)
    }
  } finally {
    await member.end()
  }
}

try {
  await takeItems()
} catch (error) {
  const stack = error instanceof Error ? error.stack : undefined
  send({ error: errorToJson(error), ...(stack === undefined ? {} : { stack }) })
}
