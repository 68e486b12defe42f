import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { makeModels } from './bench/models.ts'

const HELP = `Measures building a linear soup of four bf16 experts against a program that only reads as many bytes and
writes as many, and prints the ratios of medians.

  npm run bench:soup -- [--size GIB] [--runs N] [--folder DIR]

--size    GiB of each of five models (default 1); --folder needs seven times that
--runs    rounds; every round measures all programs once (default 5)
--folder  where the models go; what is there already is used again, and kept`

const GIB = 2 ** 30
const PROGRAM = fileURLToPath(new URL('./bench/program.ts', import.meta.url))
const run = promisify(execFile)

interface Measured {
  seconds: number
  /** Of all cores together. */
  cpuSeconds: number
  peakBytes: number
}

/** What is measured, by the name that the table shows. One core by the system's own means. */
const PROGRAMS = {
  'read and write': { mode: 'read', cores: 'all' },
  'soup of files': { mode: 'files', cores: 'all' },
  'soup of files, one core': { mode: 'files', cores: 'one' },
  'soup of exact deltas': { mode: 'deltas', cores: 'all' },
  'soup of exact deltas, verified before': { mode: 'verified', cores: 'all' }
} as const

type ProgramName = keyof typeof PROGRAMS

async function measure(folder: string, name: ProgramName): Promise<Measured> {
  const { mode, cores } = PROGRAMS[name]
  const command = [process.execPath, PROGRAM, folder, mode]
  const [file, ...args] = cores === 'one' ? ['taskset', '-c', '0', ...command] : command
  const { stdout } = await run(file!, args)
  return JSON.parse(stdout) as Measured
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function report(sizeGib: number, results: ReadonlyMap<ProgramName, Measured[]>): string {
  const seconds = (name: ProgramName) => median(results.get(name)!.map(result => result.seconds))
  const peak = (name: ProgramName) =>
    Math.max(...results.get(name)!.map(({ peakBytes }) => peakBytes)) / 2 ** 20
  const reading = seconds('read and write')
  const rows = [...results.keys()].map(name => {
    const all = results.get(name)!.map(result => result.seconds.toFixed(2))
    const ratio = (seconds(name) / reading).toFixed(2)
    const cpu = median(results.get(name)!.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)
    return `| ${name} | ${seconds(name).toFixed(2)} | ${ratio} | ${cpu} | ${peak(name).toFixed(0)} | ${all.join(' ')} |`
  })
  const scaling = seconds('soup of files, one core') / seconds('soup of files')
  const cores = availableParallelism()
  return [
    `Four bf16 experts of ${sizeGib} GiB; ${cores} cores, ${cpus()[0]?.model ?? 'unknown'}; Node ${process.version}`,
    '',
    '| program | median s | ratio to reading | CPU s | peak MB | all runs, s |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    `One core takes ${scaling.toFixed(2)} × the time of ${cores}.`
  ].join('\n')
}

async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      size: { type: 'string', default: '1' },
      runs: { type: 'string', default: '5' },
      folder: { type: 'string' },
      help: { type: 'boolean' }
    }
  })
  if (values.help) return console.log(HELP)
  const sizeGib = positive('--size', values.size)
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'bench-soup-'))
  try {
    mkdirSync(folder, { recursive: true })
    console.error(`Making models of ${sizeGib} GiB in ${folder}`)
    await makeModels(folder, sizeGib * GIB)
    const results = new Map<ProgramName, Measured[]>()
    for (let round = 1; round <= positive('--runs', values.runs); round++) {
      for (const name of Object.keys(PROGRAMS) as ProgramName[]) {
        console.error(`Round ${round}: ${name}`)
        results.set(name, [...(results.get(name) ?? []), await measure(folder, name)])
      }
    }
    console.log(report(sizeGib, results))
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value)) return value
  throw new RangeError(`${option} takes a positive number, got '${text}'`)
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
