import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { UsageError } from '../errors.ts'
import type { Terminal } from './progress.ts'

/** What a command line runs in: streams, environment, directory, interruption. */
export interface CliIo {
  stdout: Terminal
  stderr: Terminal
  env: Readonly<Record<string, string | undefined>>
  /** The folder that it was called from; undefined when that was removed. */
  cwd: string | undefined
  /** Interrupts the command; by default the process's SIGINT and SIGTERM do. */
  signal?: AbortSignal
}

/**
 * What the process runs in.
 *
 * @param onLost called when an answer cannot be written, for instance because the disk is full; a reader
 *   that stopped reading (`soup-node experts | head`) is no failure
 */
export function processIo(onLost: (error: Error) => void): CliIo {
  const { stdout, stderr, env } = process
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') onLost(error)
  })
  // There is nowhere left to say it, and a daemon goes on without its log.
  stderr.on('error', () => undefined)
  return { stdout, stderr, env, cwd: currentFolder() }
}

function currentFolder(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined // removed; only what needs it fails
  }
}

/**
 * The repo used without `--repo`.
 *
 * @throws UsageError when neither SOUP_REPO nor a home folder names one
 */
export function defaultRepo(env: CliIo['env'], home: string = homeFolder()): string {
  if (env.SOUP_REPO) return env.SOUP_REPO
  if (isAbsolute(home)) return join(home, '.soup')
  throw new UsageError(
    'There is no home folder to look in: name the repo with --repo DIR or SOUP_REPO'
  )
}

function homeFolder(): string {
  try {
    return homedir()
  } catch {
    return '' // neither HOME nor an entry among the system's users
  }
}

/** @returns `cwd`. @throws UsageError when it is gone */
export function presentFolder(cwd: string | undefined): string {
  if (cwd !== undefined) return cwd
  throw new UsageError('The folder that this was called from is gone: change to another one')
}

/** Node has replaced what is not UTF-8 by then, so it would name something else. @throws UsageError */
export function checkReadable(argv: readonly string[]): void {
  const garbled = argv.find(word => word.includes('\ufffd'))
  if (garbled === undefined) return
  throw new UsageError(
    `'${garbled}' on the command line is not UTF-8: type it in UTF-8, or rename the file`
  )
}
