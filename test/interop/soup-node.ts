import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '@soup/testing'
import { NODE } from '../programs.ts'

/** `soup-node` with a repo of its own. */
export interface SoupNode {
  /** Runs a command to its end. @returns what it prints with `--json` */
  run<Output>(...args: string[]): Promise<Output>
  /** Adds a base. @returns its id */
  addBase(path: string): Promise<string>
  /** Publishes a fine-tuned checkpoint. @returns the expert's id */
  publish(path: string, base: string): Promise<string>
  /** Publishes the fine-tuned models of folders, in turn. @returns the experts' ids */
  publishAll(folders: readonly string[], base: string): Promise<string[]>
}

/** Makes a repo in a folder. */
export async function startSoupNode(folder: string): Promise<SoupNode> {
  const repo = ['--repo', join(folder, 'repo'), '--json']
  const run = <Output>(...args: string[]): Promise<Output> =>
    runProgram<Output>(NODE, [...args, ...repo])
  const idOf = async (...args: string[]): Promise<string> => (await run<{ id: string }>(...args)).id
  const publish = (path: string, base: string): Promise<string> =>
    idOf('publish', path, '--base', base, '--reward', 'any')
  await run('init')
  return {
    run,
    addBase: path => idOf('base', 'add', path, '--name', 'base'),
    publish,
    publishAll: async (folders, base) => {
      const ids = []
      for (const folder of folders) ids.push(await publish(join(folder, 'model.safetensors'), base))
      return ids
    }
  }
}

/** Puts the configuration of a model beside weights alone, so that transformers can load the folder. */
export async function addConfiguration(folder: string, model: string): Promise<void> {
  for (const file of ['config.json', 'generation_config.json']) {
    await copyFile(join(model, file), join(folder, file))
  }
}
