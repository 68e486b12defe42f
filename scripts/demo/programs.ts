import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAMS = {
  'soup-node': fileURLToPath(new URL('../../node/bin/soup-node.js', import.meta.url)),
  'soup-coordinator': fileURLToPath(
    new URL('../../coordinator/bin/soup-coordinator.js', import.meta.url)
  )
}

/** One of the two programs, each run as an operating-system process of its own. */
export type Program = keyof typeof PROGRAMS

/** Receives the lines that a process writes to stderr: its progress and its log. */
export type LogLine = (line: string) => void

/** A program that keeps running until it is stopped. */
export interface Daemon<Ready> {
  /** What it said when it was ready. */
  ready: Ready
  /** Asks it to end (SIGTERM) and waits. @returns its exit code */
  stop(): Promise<number | null>
}

/**
 * Runs a program to its end.
 *
 * @returns what it printed, parsed as JSON
 * @throws Error with the program's own message when it failed
 */
export async function runProgram<Output>(
  program: Program,
  args: readonly string[],
  log: LogLine,
  signal: AbortSignal
): Promise<Output> {
  const child = launch(program, args, signal)
  const lines = relay(child, log)
  let text = ''
  child.stdout?.on('data', (part: Buffer) => {
    text += part.toString('utf8')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return JSON.parse(text) as Output
  throw new Error(`${program} ${args.join(' ')} exited with ${code}: ${lines.at(-1) ?? ''}`)
}

/** Starts a program that keeps running, and waits for the JSON document that says it is ready. */
export async function startProgram<Ready>(
  program: Program,
  args: readonly string[],
  log: LogLine,
  signal: AbortSignal
): Promise<Daemon<Ready>> {
  const child = launch(program, args, signal)
  const lines = relay(child, log)
  const closed = once(child, 'close') as Promise<[number | null]>
  const ready = await Promise.race([
    once(createInterface({ input: child.stdout! }), 'line') as Promise<[string]>,
    closed.then(([code]) => {
      throw new Error(`${program} ended at once with ${code}: ${lines.at(-1) ?? ''}`)
    })
  ])
  return {
    ready: JSON.parse(ready[0]) as Ready,
    async stop() {
      child.kill('SIGTERM')
      return (await closed)[0]
    }
  }
}

function launch(program: Program, args: readonly string[], signal: AbortSignal): ChildProcess {
  const child = spawn(process.execPath, [PROGRAMS[program], ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal
  })
  child.on('error', () => undefined) // an abort; the exit is what callers wait for
  return child
}

function relay(child: ChildProcess, log: LogLine): string[] {
  const lines: string[] = []
  createInterface({ input: child.stderr! }).on('line', line => {
    lines.push(line)
    log(line)
  })
  return lines
}
