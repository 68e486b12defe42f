/**
 * The `soup-coordinator` program: a bootstrap peer that mirrors the catalogue and holds no payload.
 *
 * @packageDocumentation
 */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { SoupError } from '@soup/interface'
import { makeFolder } from '@soup/store'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { type CoordinatorInit, runCoordinator } from './coordinator.ts'

/** What a command line runs in. */
export interface CoordinatorIo {
  stdout: { write(text: string): unknown }
  stderr: { write(text: string): unknown }
  env: Readonly<Record<string, string | undefined>>
  /** The folder that it was called from; undefined when that was removed. */
  cwd: string | undefined
  /** Ends the coordinator; by default the process's SIGINT and SIGTERM do. */
  signal?: AbortSignal
}

/**
 * Runs one command line.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function main(
  argv: readonly string[],
  io: CoordinatorIo = processIo()
): Promise<number> {
  let running: Promise<void> | undefined
  const program = makeProgram(io, options => {
    running = start(options, io)
  })
  try {
    program.parse(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' })
    await running
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const isUsage =
      error instanceof CommanderError ||
      (error instanceof SoupError && ['USAGE', 'EXCHANGE_BAD_ADDRESS'].includes(error.code))
    io.stderr.write(`${describe(error, argv.includes('--json'))}\n`)
    return isUsage ? 2 : 1
  }
}

function processIo(): CoordinatorIo {
  const { stdout, stderr, env } = process
  // Whoever reads may stop reading, and a log's disk fill up: the coordinator goes on.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined)
  return { stdout, stderr, env, cwd: tried(() => process.cwd()) }
}

/** @returns what the system says, or undefined when it does not know: a folder that is gone, a user without a home */
function tried(ask: () => string): string | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

interface StartOptions {
  listen?: string[]
  bootstrap?: string[]
  mirror?: string[]
  repo?: string
  json?: boolean
  quiet?: boolean
}

function makeProgram(io: CoordinatorIo, run: (options: StartOptions) => void): Command {
  const program = new Command('soup-coordinator')
    .description('A bootstrap peer that mirrors the catalogue and never holds a payload')
    .version(version(), '--version', 'print the version')
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ writeOut: text => io.stdout.write(text), outputError: () => undefined })
  const address = collect(/^\//, 'a multiaddr such as /ip4/127.0.0.1/tcp/4190')
  const base = collect(/^b[a-z2-7]{58}$/, 'the whole id of a base')
  program
    .command('start')
    .description('run the coordinator until it is interrupted')
    .option('--listen <multiaddr>', 'where to listen (repeatable; default: any port)', address)
    .option(
      '--bootstrap <multiaddr>',
      'another coordinator to stay connected to (repeatable)',
      address
    )
    .option('--mirror <base>', 'mirror only this base (repeatable; default: all)', base)
    .option('--repo <dir>', 'its folder (default: SOUP_REPO, else ~/.soup-coordinator)')
    .option('--json', 'print one JSON document when ready')
    .option('--quiet', 'print the address only')
    .addHelpText('after', '\nExamples:\n  $ soup-coordinator start --listen /ip4/0.0.0.0/tcp/4190')
    .action(run)
  return program
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** Parses an option that may be repeated. */
function collect(pattern: RegExp, expected: string): (value: string, sofar?: string[]) => string[] {
  return (value, sofar = []) => {
    if (!pattern.test(value)) throw new InvalidArgumentError(`Expected ${expected}.`)
    return [...sofar, value]
  }
}

async function start(options: StartOptions, io: CoordinatorIo): Promise<void> {
  const repo = repoFolder(options.repo, io)
  await makeRepo(repo)
  const stop = io.signal ?? signalOfProcess()
  const init: CoordinatorInit = {
    repo,
    listen: options.listen ?? DEFAULT_LISTEN,
    bootstrap: options.bootstrap ?? [],
    mirror: options.mirror,
    log: line => options.quiet || io.stderr.write(`${line}\n`)
  }
  await runCoordinator(init, stop, ready => {
    const text = options.json ? JSON.stringify(ready) : ready.addresses.join('\n')
    io.stdout.write(`${text}\n`)
  })
}

/** @throws SoupError USAGE when no folder is named, or it is seen from one that is gone */
function repoFolder(named: string | undefined, { env, cwd }: CoordinatorIo): string {
  const home = tried(homedir) ?? ''
  const folder =
    named ?? (env.SOUP_REPO || (isAbsolute(home) ? join(home, '.soup-coordinator') : ''))
  if (folder === '') {
    throw new SoupError('USAGE', 'There is no folder to use: name one with --repo DIR or SOUP_REPO')
  }
  if (isAbsolute(folder)) return folder
  if (cwd !== undefined) return resolve(cwd, folder)
  throw new SoupError(
    'USAGE',
    'The folder that this was called from is gone: change to another one'
  )
}

async function makeRepo(path: string): Promise<void> {
  await makeFolder(path, { mode: 0o700 }).catch(cause => {
    const message = `No folder can be made at ${path}: ${cause.message}; choose another with --repo DIR`
    throw new SoupError('OUT_FAILED', message, { details: { repo: path }, cause })
  })
}

/** Where a coordinator listens unless it is told otherwise. */
const DEFAULT_LISTEN: readonly string[] = ['/ip4/0.0.0.0/tcp/0']

/** The first SIGINT or SIGTERM ends the coordinator in order, a second one at once. */
function signalOfProcess(): AbortSignal {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(1)
    controller.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return controller.signal
}

function describe(error: unknown, json: boolean): string {
  const { code, message, details } = bodyOf(error)
  return json
    ? JSON.stringify({ error: { code, message, details } })
    : `soup-coordinator: ${message}`
}

function bodyOf(error: unknown): Pick<SoupError, 'code' | 'message' | 'details'> {
  if (error instanceof SoupError) return error
  if (!(error instanceof CommanderError)) {
    const message = error instanceof Error ? error.message : String(error)
    return { code: 'INTERNAL', message, details: {} }
  }
  // Commander puts what was perhaps meant on a line of its own.
  const mistake = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  return { code: 'USAGE', message: `${mistake} (see soup-coordinator --help)`, details: {} }
}
