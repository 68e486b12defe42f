import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkPrivate } from '@soup/exchange'
import { makeFolder } from '@soup/store'
import type { ApiAccess } from '../api/client.ts'
import { isLoopback } from '../api/loopback.ts'
import { NodeError } from '../errors.ts'
import { type Config, defaultConfig, parseConfig } from './config.ts'
import { inWords, readOptional } from './files.ts'

/** Where the parts of a repo lie. */
export interface RepoPaths {
  readonly root: string
  readonly config: string
  readonly identity: string
  readonly store: string
  /** Files in the making; emptied when the repo is opened. */
  readonly temporary: string
  readonly apiToken: string
  /** Where the running daemon's API is; left behind by a daemon that was killed. */
  readonly apiAddress: string
}

/** @returns the paths of the repo at `root` */
export function repoPaths(root: string): RepoPaths {
  return {
    root,
    config: join(root, 'config.json'),
    identity: join(root, 'identity.key'),
    store: join(root, 'store'),
    temporary: join(root, 'tmp'),
    apiToken: join(root, 'api.token'),
    apiAddress: join(root, 'api.json')
  }
}

/**
 * Makes a repo: settings and API token. The identity is made by whoever opens it first.
 *
 * @throws NodeError REPO_EXISTS when there is one already, OUT_FAILED when the folder cannot be made, or is another
 *   program's
 */
export async function initRepo(root: string, settings: Partial<Config>): Promise<RepoPaths> {
  const paths = repoPaths(root)
  const config = { ...defaultConfig(), ...settings }
  const isNew = await writeRepo(paths, config).catch(cause => {
    const message = `No repo can be made at ${root}: ${cause.message}; choose another folder with --repo DIR`
    throw new NodeError('OUT_FAILED', message, { details: { repo: root }, cause })
  })
  if (isNew) return paths
  const message = `${root} is a repo already; use it, or choose another folder with --repo DIR`
  throw new NodeError('REPO_EXISTS', message, { details: { repo: root } })
}

/** @returns false when there is a repo already */
async function writeRepo(paths: RepoPaths, config: Config): Promise<boolean> {
  if (existsSync(paths.config) && !isRepo(paths)) throw new Error(FOREIGN)
  await makeFolder(paths.root, { mode: 0o700 })
  await writeNew(paths.apiToken, `${randomBytes(32).toString('base64url')}\n`)
  return await writeNew(paths.config, `${JSON.stringify(config, null, 2)}\n`)
}

/** What is said of a folder that isn't a repo. */
const FOREIGN = "its config.json is another program's"

/** Models have a `config.json`, too; a repo never has it alone, for `init` writes the token before it. */
function isRepo({ apiToken, identity }: RepoPaths): boolean {
  return existsSync(apiToken) || existsSync(identity)
}

/** Writes a file that only its owner may read. @returns false when it exists already */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * Reads a repo's settings.
 *
 * @throws NodeError REPO_MISSING when `root` is no repo; CONFIG_INVALID when its settings are broken
 */
export async function readConfig(paths: RepoPaths): Promise<Config> {
  const text = await readOptional(paths.config)
  if (text !== undefined && isRepo(paths)) return parseConfig(text, paths.config)
  const message =
    text === undefined
      ? `There is no repo at ${paths.root}; make one with: soup-node init --repo ${paths.root}`
      : `${paths.root} is no repo: ${FOREIGN}; make one in another folder with: soup-node init --repo DIR`
  throw new NodeError('REPO_MISSING', message, { details: { repo: paths.root } })
}

/**
 * Reads the token that callers of the local API must present.
 *
 * @throws NodeError API_TOKEN_MISSING when it could be guessed or not be sent, SECRET_EXPOSED when others may
 *   read it
 */
export async function readApiToken({ apiToken: path }: RepoPaths): Promise<string> {
  const token = (await readOptional(path))?.trim() ?? ''
  if (token.length < MIN_TOKEN_CHARS || !/^[!-~]+$/.test(token)) {
    const message = `${path} holds no secret: write one line of ${MIN_TOKEN_CHARS} or more ASCII characters without spaces into it`
    throw new NodeError('API_TOKEN_MISSING', message, { details: { path } })
  }
  await checkPrivate(path)
  return token
}

/** Fewer characters could be guessed. */
const MIN_TOKEN_CHARS = 32

/** Tells callers on this machine where the daemon's API is. */
export async function publishApiAddress(paths: RepoPaths, url: string): Promise<void> {
  const temporary = `${paths.apiAddress}.${process.pid}`
  await inWords(paths.apiAddress, async () => {
    await writeFile(temporary, JSON.stringify({ url, pid: process.pid }), { mode: 0o600 })
    try {
      await rename(temporary, paths.apiAddress)
    } finally {
      await rm(temporary, { force: true })
    }
  })
}

/** Withdraws what {@link publishApiAddress} told. */
export async function withdrawApiAddress(paths: RepoPaths): Promise<void> {
  await inWords(paths.apiAddress, () => rm(paths.apiAddress, { force: true }))
}

/** @returns how to reach the daemon that runs on the repo, or undefined when none is alive */
export async function findDaemon(paths: RepoPaths): Promise<ApiAccess | undefined> {
  const text = await readOptional(paths.apiAddress)
  const address = text === undefined ? undefined : parseAddress(text)
  if (address === undefined || !isAlive(address.pid)) return undefined
  return { url: address.url, token: await readApiToken(paths) }
}

function parseAddress(text: string): { url: string; pid: number } | undefined {
  try {
    const { url, pid } = JSON.parse(text) as { url?: unknown; pid?: unknown }
    if (typeof url !== 'string' || !Number.isSafeInteger(pid)) return undefined
    return isLoopback(url.replace('http://', '')) ? { url, pid: pid as number } : undefined
  } catch {
    return undefined // a daemon killed while it wrote; there is none
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
