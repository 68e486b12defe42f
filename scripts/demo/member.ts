import { join } from 'node:path'
import { type Daemon, type LogLine, runProgram, startProgram } from './programs.ts'

/** A member of the community: a daemon with a repo, an identity and a port of its own. */
export interface Member {
  readonly name: string
  readonly peerId: string
  /** A private folder, for files that only this member has. */
  readonly folder: string
  /** Runs `soup-node` on the member's repo, as its owner would in another terminal. */
  run<Output>(...args: string[]): Promise<Output>
  stop(): Promise<number | null>
}

/** How members are made. */
export interface MemberOptions {
  /** The demo's working folder. */
  folder: string
  /** The only address that a newcomer is told. */
  bootstrap: string
  log: (member: string, line: string) => void
  signal: AbortSignal
}

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

/** Makes a repo and starts its daemon. */
export async function startMember(name: string, options: MemberOptions): Promise<Member> {
  const folder = join(options.folder, name)
  const repo = join(folder, 'repo')
  const log: LogLine = line => options.log(name, line)
  const run = <Output>(...args: string[]): Promise<Output> =>
    runProgram<Output>('soup-node', [...args, '--repo', repo, '--json'], log, options.signal)
  await run('init', '--listen', LOOPBACK, '--bootstrap', options.bootstrap)
  const daemon: Daemon<{ peerId: string }> = await startProgram(
    'soup-node',
    ['start', '--repo', repo, '--json'],
    log,
    options.signal
  )
  return { name, folder, peerId: daemon.ready.peerId, run, stop: () => daemon.stop() }
}
