// Reads the payload that workerData locates, and answers with its SHA-256.
import { hash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { openLocatedPayload } from '@soup/store'

const source = await openLocatedPayload(workerData)
parentPort?.postMessage(hash('sha256', await source.read(0, source.sizeBytes), 'hex'))
await source.close()
