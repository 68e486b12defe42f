import { rename } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Progress } from '@soup/interface'
import { pretrainLocomotion, tasks } from '@soup/tasks'
import { fileSink, writeSafetensors } from '@soup/tensor'

/** Seed of the base that ships. */
const DEFAULT_SEED = 1

const HELP = `Trains the base of the locomotion task from nothing and writes it as safetensors.

  npm run pretrain -- [--out FILE] [--seed N] [--iterations N] [--workers N]

Without options it makes the file that ships with the task, and replaces it.`

/**
 * Pre-trains, writes, then measures what it wrote.
 *
 * @param argv arguments after the script's name
 * @param signal ends it early, with nothing written
 */
export async function main(argv: readonly string[], signal?: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      out: { type: 'string' },
      seed: { type: 'string' },
      iterations: { type: 'string' },
      workers: { type: 'string' },
      help: { type: 'boolean' }
    }
  })
  if (values.help) return console.log(HELP)
  const task = tasks.get('locomotion')!
  const out = values.out ?? fileURLToPath(task.baseUrl)
  const workers = integer('--workers', values.workers)
  const base = await pretrainLocomotion({
    seed: integer('--seed', values.seed) ?? DEFAULT_SEED,
    iterations: integer('--iterations', values.iterations),
    workers,
    signal,
    onProgress: show
  })
  const fresh = `${out}.${process.pid}.new`
  const { sha256 } = await writeSafetensors(base, await fileSink(fresh), { signal })
  await rename(fresh, out)
  console.log(`${out}\nsha256 ${sha256}`)
  const [rewards = []] = await task.evaluate([base], { workers, signal })
  for (const [index, { mean, stderr, n }] of rewards.entries()) {
    const { name, unit } = task.rewards[index]!
    console.log(`${name} ${mean.toFixed(1)} ± ${stderr.toFixed(1)} (${unit}; ${n} episodes)`)
  }
}

function integer(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new RangeError(`${option} takes a non-negative integer, got '${text}'`)
}

/** Redraws one line on a terminal, prints every tenth report elsewhere. */
function show({ stage, done, total, note = '' }: Progress): void {
  const line = `${stage}: ${done}/${total} iterations ${note}`
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}${done === total ? '\n' : ''}`)
  else if (done % 10 === 0) process.stderr.write(`${line}\n`)
}

if (import.meta.main) {
  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort(new Error('interrupted')))
  try {
    await main(process.argv.slice(2), interrupt.signal)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
