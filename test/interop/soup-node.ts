import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '@soup/testing'
import { NODE } from '../programs.ts'

/** What `publish` says of an expert. */
export interface Published {
  id: string
  codec: string
  /** Of a codec that loses something. */
  loss?: { relativeError: number; cosine: number }
}

/** `soup-node` with a repo of its own. */
export interface SoupNode {
  /** Runs a command to its end. @returns what it prints with `--json` */
  run<Output>(...args: string[]): Promise<Output>
  /** Adds a base. @returns its id */
  addBase(path: string): Promise<string>
  /** Publishes an expert. @param options of the command */
  publish(path: string, base: string, ...options: string[]): Promise<Published>
  /** Publishes experts as they are, in turn. @returns their ids */
  publishAll(paths: readonly string[], base: string): Promise<string[]>
}

/** Makes a repo in a folder. */
export async function startSoupNode(folder: string): Promise<SoupNode> {
  const repo = ['--repo', join(folder, 'repo'), '--json']
  const run = <Output>(...args: string[]): Promise<Output> =>
    runProgram<Output>(NODE, [...args, ...repo])
  const publish = (path: string, base: string, ...options: string[]): Promise<Published> =>
    run('publish', path, '--base', base, '--reward', 'any', ...options)
  await run('init')
  return {
    run,
    addBase: async path => (await run<{ id: string }>('base', 'add', path, '--name', 'base')).id,
    publish,
    publishAll: async (paths, base) => {
      const ids = []
      for (const path of paths) ids.push((await publish(path, base)).id)
      return ids
    }
  }
}

/** @returns `id=λ` of each expert, as `soup` takes them */
export function ingredientsOf(ids: readonly string[], lambda: readonly number[]): string[] {
  return ids.map((id, i) => `${id}=${lambda[i]}`)
}

/** What no soup takes over: its own recipe, and the model card of another model. */
const NOT_TAKEN = ['recipe.json', 'README.md']

/** @returns the files of a model's folder beside its weights, their texts by their names */
export async function companionsOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter(name => !/\.safetensors(\.index\.json)?$/.test(name))
  const entries = names
    .filter(name => !NOT_TAKEN.includes(name))
    .sort()
    .map(async name => [name, await readFile(join(folder, name), 'utf8')] as const)
  return Object.fromEntries(await Promise.all(entries))
}
