/**
 * One measured program, in a process of its own: reads and writes (`read`), or builds a soup (`files`, `deltas`).
 * Prints seconds, those of all cores together, and the process's peak memory as JSON.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { isMainThread, Worker } from 'node:worker_threads'
import { planFile, writeCheckpoint } from '@soup/tensor'
import { EXPERTS, modelPath } from './models.ts'
import type { SoupInput } from './open-soup.ts'

const [folder = '', mode = ''] = process.argv.slice(2)
const out = join(folder, `out-${process.pid}`)

/** What building a soup can't do without: reads the experts, writes as many bytes as one, in blocks of 256 KiB. */
function readAndWrite(): void {
  const buffer = new Uint8Array(2 ** 18)
  const inputs = EXPERTS.map(name => openSync(modelPath(folder, name), 'r'))
  const output = openSync(join(out, 'model.safetensors'), 'wx')
  const { size } = fstatSync(inputs[0]!)
  for (let at = 0; at < size; at += buffer.length) {
    for (const input of inputs) readSync(input, buffer, 0, buffer.length, at)
    writeSync(output, buffer, 0, Math.min(buffer.length, size - at), at)
  }
  fsyncSync(output)
  for (const file of [output, ...inputs]) closeSync(file)
}

async function build(from: SoupInput['from']): Promise<void> {
  const module = new URL('./open-soup.ts', import.meta.url).href
  const input: SoupInput = { folder, from }
  await writeCheckpoint({ module, input }, out, checkpoint => [planFile(checkpoint)])
}

if (!isMainThread) {
  // Heavy work never runs on a node's main thread.
  await build(mode as SoupInput['from'])
} else {
  process.env.NODE_COMPILE_CACHE ??= join(folder, 'compiled') // as soup-node does, for its threads too
  enableCompileCache()
  await mkdir(out)
  const began = performance.now()
  if (mode === 'read') readAndWrite()
  else {
    await new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) })
      worker.on('error', reject)
      worker.on('exit', resolve)
    })
  }
  const seconds = (performance.now() - began) / 1000
  rmSync(out, { recursive: true })
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
  console.log(JSON.stringify({ seconds, cpuSeconds, peakBytes: maxRSS * 1024 }))
}
