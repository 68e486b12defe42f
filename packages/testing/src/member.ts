import { join } from 'node:path'
import {
  type Daemon,
  type Exit,
  type ProgramOptions,
  runProgram,
  runToExit,
  startProgram
} from './programs.ts'

/** A member of a community on this machine: a daemon with a repo, an identity and a port of its own. */
export interface Member {
  readonly name: string
  readonly peerId: string
  /** Multiaddrs on loopback. */
  readonly addresses: readonly string[]
  /** A private folder, for files that only this member has. */
  readonly folder: string
  /** Runs `soup-node` on the member's repo, as its owner would in another terminal. */
  run<Output>(...args: string[]): Promise<Output>
  /** Like {@link run}, for commands that may fail. */
  exit(...args: string[]): Promise<Exit>
  /** Ends the daemon in order. @returns its exit code */
  stop(): Promise<number | null>
  /** Ends the daemon as `kill -9` does. */
  kill(): Promise<void>
  /** Starts the daemon again on the same repo. */
  restart(): Promise<void>
}

/** How a member is made. */
export interface MemberOptions extends ProgramOptions {
  /** The `soup-node` program. */
  program: string
  /** Where members' folders are made. */
  folder: string
  /** The only addresses that the newcomer is told. */
  bootstrap: readonly string[]
}

interface Ready {
  peerId: string
  addresses: string[]
}

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

/** Makes a repo and starts its daemon. */
export async function startMember(name: string, options: MemberOptions): Promise<Member> {
  const { program, bootstrap } = options
  const folder = join(options.folder, name)
  const repo = ['--repo', join(folder, 'repo'), '--json']
  const peers = bootstrap.flatMap(address => ['--bootstrap', address])
  await runProgram(program, ['init', '--listen', LOOPBACK, ...peers, ...repo], options)
  const start = (): Promise<Daemon<Ready>> =>
    startProgram<Ready>(program, ['start', '--quiet', ...repo], options)
  let daemon = await start()
  return {
    name,
    folder,
    peerId: daemon.ready.peerId,
    get addresses() {
      return daemon.ready.addresses
    },
    run: (...args) => runProgram(program, [...args, ...repo], options),
    exit: (...args) => runToExit(program, [...args, ...repo], options),
    stop: () => daemon.stop(),
    kill: () => daemon.kill(),
    async restart() {
      daemon = await start()
    }
  }
}
