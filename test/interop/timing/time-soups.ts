import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { NODE } from '../../programs.ts'
import { MERGEKIT, PYTHON, PYTHON_ENVIRONMENT } from '../environment.ts'
import { startSoupNode } from '../soup-node.ts'
import { type Measurement, measure, medians } from './measure.ts'

const MODELS = fileURLToPath(new URL('../python/timing_models.py', import.meta.url))
const SOUP_FILES = fileURLToPath(new URL('../soup-files.ts', import.meta.url))

/** What is timed. */
export interface TimingSettings {
  /** Bytes of each model. */
  sizeBytes: number
  expertCount: number
  /** How often each contender runs; the medians are reported. */
  rounds: number
}

/** A way to make the soup. */
interface Contender {
  name: string
  /** @param out where the soup goes; it does not exist yet */
  command(out: string): readonly string[]
}

/** A contender's medians. */
export interface Timing extends Measurement {
  name: string
}

/**
 * Times the soup with equal λ of the same models, contenders in turn in every round so that a busy machine
 * is busy for all. The files were just written or read: they are in the page cache for everybody.
 *
 * @param folder takes the models; some nine times a model's size
 */
export async function timeSoups(
  folder: string,
  settings: TimingSettings,
  log: (line: string) => void
): Promise<Timing[]> {
  log('Writing the models')
  const models = await writeModels(folder, settings)
  log('Publishing the experts')
  const contenders = await makeContenders(folder, models)
  const measured = new Map(contenders.map(({ name }): [string, Measurement[]] => [name, []]))
  for (let round = 1; round <= settings.rounds; round++) {
    for (const { name, command } of contenders) {
      log(`Round ${round}: ${name}`)
      const out = join(folder, 'out')
      measured.get(name)!.push(await measure(command(out)))
      await rm(out, { recursive: true, force: true })
    }
  }
  return [...measured].map(([name, measurements]) => ({ name, ...medians(measurements) }))
}

async function writeModels(
  folder: string,
  { sizeBytes, expertCount }: TimingSettings
): Promise<string[]> {
  const args = [MODELS, folder, `${sizeBytes}`, `${expertCount}`]
  const { stdout } = await promisify(execFile)(PYTHON, args, { env: PYTHON_ENVIRONMENT })
  return JSON.parse(stdout) as string[]
}

async function makeContenders(folder: string, models: readonly string[]): Promise<Contender[]> {
  const [base, ...experts] = models as [string, ...string[]]
  const configuration = join(folder, 'mergekit.yml')
  await writeFile(configuration, JSON.stringify(mergekitConfiguration(experts)))
  const node = await startSoupNode(folder)
  const ids = await node.publishAll(experts, await node.addBase(base))
  const ingredients = ids.map(id => `${id}=${1 / ids.length}`)
  const repo = ['--repo', join(folder, 'repo'), '--json']
  const files = models.map(model => join(model, 'model.safetensors'))
  return [
    {
      name: 'mergekit linear',
      command: out => [MERGEKIT, configuration, out, '--no-write-model-card', '--quiet']
    },
    {
      name: 'soup of the same files',
      command: out => [process.execPath, SOUP_FILES, out, ...files]
    },
    {
      name: 'soup-node soup, from deltas',
      command: out => [process.execPath, NODE, 'soup', ...ingredients, '--out', out, ...repo]
    },
    { name: 'mergekit, only started', command: () => [MERGEKIT, '--help'] },
    { name: 'soup-node, only started', command: () => [process.execPath, NODE, '--help'] }
  ]
}

/** mergekit's fastest way to this soup: it computes in f32 whatever `dtype` says, which spares a cast. */
function mergekitConfiguration(experts: readonly string[]): object {
  return {
    merge_method: 'linear',
    dtype: 'bfloat16',
    models: experts.map(model => ({ model, parameters: { weight: 1 / experts.length } }))
  }
}
