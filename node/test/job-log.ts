import { Worker } from 'node:worker_threads'
import type { Test } from 'tap'
import type { WorkerOrder } from '../src/jobs/run-job.ts'

/** Notes the names of the jobs that worker threads are given from now on; threads are kept, so that none need start. */
export function jobLog(t: Test): string[] {
  const names: string[] = []
  const { postMessage } = Worker.prototype
  Worker.prototype.postMessage = function (order: WorkerOrder) {
    if (order !== 'abort') names.push(order.name)
    postMessage.call(this, order)
  }
  t.teardown(() => {
    Worker.prototype.postMessage = postMessage
  })
  return names
}
