import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

/** How a program is run: as an operating-system process of its own. */
export interface ProgramOptions {
  /** Receives the lines that the process writes to stderr: its progress and its log. */
  log?: ((line: string) => void) | undefined
  /** Kills the process. */
  signal?: AbortSignal | undefined
}

/** How a process ended. */
export interface Exit {
  /** Exit code, or null when a signal ended it. */
  code: number | null
  stdout: string
  stderr: string
}

/**
 * No file may grow past some 300 to 600 KiB: the unit differs between shells. Hooks of test runners are left out: they
 * would let the signal that comes with the refusal kill the process.
 */
const FULL_DISK = 'unset NODE_OPTIONS; ulimit -f 600; exec "$@"'

/** A program that keeps running until it is stopped. */
export interface Daemon<Ready> {
  /** What it said when it was ready. */
  readonly ready: Ready
  /** Asks it to end (SIGTERM) and waits. @returns its exit code */
  stop(): Promise<number | null>
  /** Ends it at once, as `kill -9` does, and waits. */
  kill(): Promise<void>
}

/** Runs a script to its end. @returns how it ended, whatever that is */
export async function runToExit(
  script: string,
  args: readonly string[],
  options: ProgramOptions = {}
): Promise<Exit> {
  const child = launch(script, args, options)
  const stderr = relay(child, options)
  let stdout = ''
  child.stdout?.on('data', (part: Buffer) => {
    stdout += part.toString('utf8')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr: stderr.join('\n') }
}

/** Runs a script where the system refuses to write files of 1 MiB, as it does when a disk is full. */
export async function runOnFullDisk(script: string, args: readonly string[]): Promise<Exit> {
  const command = ['-c', FULL_DISK, 'sh', process.execPath, script, ...args]
  const {
    code = 0,
    stdout,
    stderr
  } = (await promisify(execFile)('sh', command).catch((error: Exit) => error)) as Exit
  return { code, stdout, stderr }
}

/**
 * Runs a script to its end.
 *
 * @returns what it printed, parsed as JSON
 * @throws {Error} with the script's own last words when it failed
 */
export async function runProgram<Output>(
  script: string,
  args: readonly string[],
  options: ProgramOptions = {}
): Promise<Output> {
  const { code, stdout, stderr } = await runToExit(script, args, options)
  if (code === 0) return JSON.parse(stdout) as Output
  throw new Error(`${args.join(' ')} exited with ${code}: ${stderr}`)
}

/** Starts a script that keeps running, and waits for the JSON line that says it is ready. */
export async function startProgram<Ready>(
  script: string,
  args: readonly string[],
  options: ProgramOptions = {}
): Promise<Daemon<Ready>> {
  const child = launch(script, args, options)
  const stderr = relay(child, options)
  const closed = once(child, 'close') as Promise<[number | null]>
  const ready = await Promise.race([
    once(createInterface({ input: child.stdout! }), 'line') as Promise<[string]>,
    closed.then(([code]) => {
      throw new Error(`${args.join(' ')} ended at once with ${code}: ${stderr.join('\n')}`)
    })
  ])
  return {
    ready: JSON.parse(ready[0]) as Ready,
    async stop() {
      child.kill('SIGTERM')
      return (await closed)[0]
    },
    async kill() {
      child.kill('SIGKILL')
      await closed
    }
  }
}

function launch(script: string, args: readonly string[], { signal }: ProgramOptions): ChildProcess {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal })
  })
  child.on('error', () => undefined) // an abort: callers wait for the exit
  return child
}

function relay(child: ChildProcess, { log }: ProgramOptions): string[] {
  const lines: string[] = []
  createInterface({ input: child.stderr! }).on('line', line => {
    lines.push(line)
    log?.(line)
  })
  return lines
}
