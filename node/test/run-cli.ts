import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { ExpertRecord } from '@soup/manifest'
import type { Test } from 'tap'
import { main } from '../src/cli/main.ts'
import { findRecord } from '../src/library/lookup.ts'
import { openNode, type SoupNode } from '../src/node.ts'
import { defaultConfig } from '../src/repo/config.ts'
import { repoPaths } from '../src/repo/repo.ts'
import { tensors, writeModel } from './fixtures.ts'

/** What a command line left behind. */
export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** A folder in which command lines run, with a repo in it. */
export interface Place {
  folder: string
  repo: string
  /** Runs a command line. */
  run(...argv: string[]): Promise<Ran>
  /** Runs a command line with `--json` that must succeed. @returns its document */
  json<Document>(...argv: string[]): Promise<Document>
  /** Runs a command line with `--json` that must fail. @returns exit code and error */
  fails(...argv: string[]): Promise<Failed>
}

/** How a command line with `--json` failed. */
export interface Failed {
  code: number
  error: { code: string; message: string; details: Record<string, unknown> }
}

/** A running daemon. */
export interface Daemon {
  peerId: string
  addresses: string[]
  api: string
  pid: number
  /** What it logged so far. */
  log(): string
  /** Ends it. @returns its exit code */
  stop(): Promise<number>
}

/** A stream that remembers. */
function sink(): { write(text: string): void; text(): string } {
  const written: string[] = []
  return { write: text => void written.push(text), text: () => written.join('') }
}

/** Makes a folder for a test to run command lines in; nothing of the environment counts. */
export function place(t: Test, folder: string = t.testdir({})): Place {
  const repo = join(folder, 'repo')
  const run = async (...argv: string[]): Promise<Ran> => {
    const [stdout, stderr] = [sink(), sink()]
    const code = await main(argv, {
      stdout,
      stderr,
      env: { SOUP_REPO: repo },
      cwd: folder,
      signal: new AbortController().signal
    })
    return { code, stdout: stdout.text(), stderr: stderr.text() }
  }
  const json = async <Document>(...argv: string[]): Promise<Document> => {
    const { code, stdout, stderr } = await run(...argv, '--json')
    assert.equal(code, 0, `${argv.join(' ')} failed: ${stderr}`)
    return JSON.parse(stdout) as Document
  }
  const fails = async (...argv: string[]): Promise<Failed> => {
    const { code, stdout, stderr } = await run(...argv, '--json')
    assert.equal(stdout, '', `${argv.join(' ')} printed something`)
    const { error } = JSON.parse(stderr) as Pick<Failed, 'error'>
    assert.doesNotMatch(error.message, /\n/, 'not one sentence')
    return { code, error }
  }
  return { folder, repo, run, json, fails }
}

/** A place with a repo that was just made. */
export async function repo(t: Test, folder?: string): Promise<Place> {
  const made = place(t, folder)
  await made.json('init')
  return made
}

/** Starts a daemon on loopback and waits until it is ready; the test's end stops it. */
export async function startDaemon(t: Test, at: Place, ...argv: string[]): Promise<Daemon> {
  const controller = new AbortController()
  const ready = Promise.withResolvers<Omit<Daemon, 'log' | 'stop'>>()
  const log = sink()
  const listen = ['--listen', '/ip4/127.0.0.1/tcp/0']
  const ended = main(['start', '--repo', at.repo, '--json', ...listen, ...argv], {
    stdout: { write: (text: string) => ready.resolve(JSON.parse(text)) },
    stderr: log,
    env: {},
    cwd: at.folder,
    signal: controller.signal
  })
  const stop = (): Promise<number> => {
    controller.abort()
    return ended
  }
  t.teardown(stop)
  void ended.then(code => ready.reject(new Error(`the daemon ended with ${code}: ${log.text()}`)))
  return { ...(await ready.promise), log: log.text, stop }
}

/** A repo with a shared base and two experts over it, offline. */
export interface Kitchen extends Place {
  base: string
  one: string
  two: string
}

/** Writes `base.safetensors`, `one.safetensors` and `two.safetensors` into a place. */
export async function writeModels({ folder }: Place): Promise<void> {
  for (const [step, name] of ['base', 'one', 'two'].entries()) {
    await writeModel(join(folder, `${name}.safetensors`), tensors(step))
  }
}

/** Adds a base. @returns its id */
export async function addBase(at: Place, path: string, ...flags: string[]): Promise<string> {
  return (await at.json<{ id: string }>('base', 'add', path, '--name', path, ...flags)).id
}

/** Publishes an expert of a reward that is named like its file. @returns its id */
export async function publish(
  at: Place,
  path: string,
  base: string,
  ...flags: string[]
): Promise<string> {
  const argv = ['publish', path, '--base', base, '--reward', path, ...flags]
  return (await at.json<{ id: string }>(...argv)).id
}

/** Makes a repo and publishes a base and two experts in it. */
export async function kitchen(t: Test, folder?: string): Promise<Kitchen> {
  const made = await repo(t, folder)
  await writeModels(made)
  const add = ['base', 'add', 'base.safetensors', '--name', 'b', '--share']
  const base = await made.json<{ id: string }>(...add)
  const tuned = async (name: string): Promise<string> => {
    const published = ['publish', `${name}.safetensors`, '--base', base.id]
    return (await made.json<{ id: string }>(...published, '--reward', `reward ${name}`)).id
  }
  return { ...made, base: base.id, one: await tuned('one'), two: await tuned('two') }
}

/** Copies a record and its payload from repo to repo, as if the one had pulled it from the other. */
export async function carry(from: Place, to: Place, id: string): Promise<void> {
  await withNode(from, async source => {
    const { record, kind, base, envelope, ...found } = await findRecord(source, id)
    const { root, bytes } = (record as ExpertRecord).payload
    await withNode(to, async target => {
      await target.store.records.put({ id: found.id, kind, base, envelope })
      const payload = await source.store.payloads.source(root)
      await target.store.payloads.add(payload!)
      await target.store.payloads.complete(root, bytes)
      await payload!.close()
    })
  })
}

/** Opens a place's repo, offline, and closes it again. */
export async function withNode<T>(at: Place, use: (node: SoupNode) => Promise<T>): Promise<T> {
  const node = await openNode(repoPaths(at.repo), defaultConfig(), { network: false })
  try {
    return await use(node)
  } finally {
    await node.close()
  }
}
