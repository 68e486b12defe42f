/**
 * The `soup-node` command line.
 *
 * @packageDocumentation
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { errorToJson, type ProgressOptions } from '@soup/interface'
import { callApi } from '../api/client.ts'
import type { Command } from '../commands/command.ts'
import { commands } from '../commands/index.ts'
import { Invocation, type InvocationJson } from '../commands/invocation.ts'
import { NodeError, UsageError } from '../errors.ts'
import { openNode } from '../node.ts'
import { findDaemon, readConfig, repoPaths } from '../repo/repo.ts'
import { exitCodeOf } from './exit-codes.ts'
import { printable } from './format.ts'
import { type CliIo, checkReadable, defaultRepo, presentFolder, processIo } from './io.ts'
import { type GlobalOptions, type ParsedLine, parseLine } from './program.ts'
import { progressView } from './progress.ts'

/**
 * Runs one command line.
 *
 * @param argv the words after the program's name
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not verified, 5 network
 */
export async function main(
  argv: readonly string[],
  io: CliIo = processIo(error =>
    process.exit(fail(lost(error), argv.includes('--json'), false, io))
  )
): Promise<number> {
  let json = argv.includes('--json')
  let verbose = argv.includes('--verbose')
  const interruption = interruptible(io)
  try {
    const line = parse(argv, io)
    if (line === undefined) return 0
    ;({ json, verbose } = line.global)
    await runLine(line, io, interruption.signal)
    return 0
  } catch (error) {
    return fail(error, json, verbose, io)
  } finally {
    interruption.release()
  }
}

/** The first SIGINT or SIGTERM cancels the command, a second one ends the process at once. */
function interruptible(io: CliIo): { signal: AbortSignal; release: () => void } {
  if (io.signal !== undefined) return { signal: io.signal, release: () => undefined }
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.kill(process.pid, 'SIGKILL')
    controller.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const release = (): void => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  return { signal: controller.signal, release }
}

function parse(argv: readonly string[], io: CliIo): ParsedLine | undefined {
  checkReadable(argv)
  const line = argv.length === 0 ? ['--help'] : argv
  return parseLine(line, commands, {
    name: 'soup-node',
    version: version(),
    defaultRepo: () => defaultRepo(io.env),
    write: text => io.stdout.write(text)
  })
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

async function runLine(line: ParsedLine, io: CliIo, signal: AbortSignal): Promise<void> {
  const { command, global } = line
  const view = global.quiet ? undefined : progressView(io.stderr)
  const options: ProgressOptions = { signal, onProgress: progress => view?.update(progress) }
  try {
    const invocation = { ...line.invocation, cwd: presentFolder(io.cwd) }
    const output = await run(command, invocation, global, io, options)
    view?.end()
    if (output !== undefined) print(command, output, global, io)
  } finally {
    view?.end()
  }
}

async function run(
  command: Command,
  json: InvocationJson,
  global: GlobalOptions,
  io: CliIo,
  options: ProgressOptions
): Promise<unknown> {
  const repo = repoPaths(resolve(json.cwd, global.repo))
  if (command.needs === 'caller') {
    const announce = (output: unknown): void => print(command, output, global, io)
    const log = (text: string): void => void (global.quiet || io.stderr.write(`${text}\n`))
    return command.run({ repo, announce, log }, new Invocation(json), options)
  }
  const config = await readConfig(repo)
  const daemon = await findDaemon(repo)
  if (daemon !== undefined) {
    const answer = await callApi(daemon, { ...json, command: command.name }, options)
    if (answer !== undefined) return answer.result
  }
  const node = await openNode(repo, config, { network: command.needs === 'network' })
  try {
    return await command.run(node, new Invocation(json), options)
  } finally {
    await node.close()
  }
}

function print(command: Command, output: unknown, global: GlobalOptions, io: CliIo): void {
  const json = (): unknown => (command.toJson === undefined ? output : command.toJson(output))
  const text = global.json ? JSON.stringify(json()) : printable(command.render(output))
  if (text !== '') io.stdout.write(`${text}\n`)
}

function lost(cause: Error): NodeError {
  return new NodeError('OUT_FAILED', `The answer cannot be written: ${cause.message}`, { cause })
}

function fail(error: unknown, json: boolean, verbose: boolean, io: CliIo): number {
  const body = errorToJson(error)
  if (json) io.stderr.write(`${JSON.stringify({ error: body })}\n`)
  else io.stderr.write(`soup-node: ${printable(body.message)}\n`)
  const isUnexpected = body.code === 'INTERNAL'
  if (
    (verbose || isUnexpected) &&
    !json &&
    error instanceof Error &&
    !(error instanceof UsageError)
  ) {
    io.stderr.write(`${error.stack}\n`)
  }
  return exitCodeOf(body)
}
