import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const FOLDER = fileURLToPath(new URL('.venv', import.meta.url))
const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url))
const STAMP = fileURLToPath(new URL('.venv/requirements.sha256', import.meta.url))

/** What the hashes in `requirements.txt` were taken for. */
const PYTHON_VERSION = '3.11'

/** The interpreter of the virtual environment. */
export const PYTHON: string = fileURLToPath(new URL('.venv/bin/python', import.meta.url))

/** The program that runs a mergekit configuration. */
export const MERGEKIT: string = fileURLToPath(new URL('.venv/bin/mergekit-yaml', import.meta.url))

/** What every Python process is given: no hub, no telemetry, no colours. */
export const PYTHON_ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  HF_HUB_OFFLINE: '1',
  HF_HUB_DISABLE_TELEMETRY: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  TOKENIZERS_PARALLELISM: 'false',
  TRANSFORMERS_VERBOSITY: 'error'
}

/**
 * Makes the virtual environment of `requirements.txt` unless it is there already.
 *
 * The stamp is written last: an installation that was interrupted starts again.
 *
 * @param log is told what takes long
 * @throws {Error} when Python 3.11 isn't there, or pip refuses
 */
export async function prepareEnvironment(log: (line: string) => void): Promise<void> {
  const wanted = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex')
  const present = await readFile(STAMP, 'utf8').catch(() => '')
  if (present === wanted) return
  log(`Installing the Python tools into ${FOLDER}: some 2.5 GB to load, 4.3 GB on disk`)
  await rm(FOLDER, { recursive: true, force: true })
  await run(await findPython(), '-m', 'venv', FOLDER)
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--no-deps']
  await run(PYTHON, ...pip, '--require-hashes', '--requirement', REQUIREMENTS)
  await writeFile(STAMP, wanted)
}

async function findPython(): Promise<string> {
  for (const name of [`python${PYTHON_VERSION}`, 'python3', 'python']) {
    const version = await run(name, '--version').catch(() => '')
    if (version.startsWith(`Python ${PYTHON_VERSION}.`)) return name
  }
  throw new Error(
    `the interop tests need Python ${PYTHON_VERSION} on the PATH: the pinned wheels are built for it`
  )
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { maxBuffer: 1 << 26 })
  return stdout
}
