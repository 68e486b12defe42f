import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PYTHON, PYTHON_ENVIRONMENT } from '../environment.ts'

const SCRIPT = fileURLToPath(new URL('../python/measure.py', import.meta.url))

/** What one run of a command took. */
export interface Measurement {
  /** Wall time. */
  seconds: number
  /** User and system time of all its threads. */
  processorSeconds: number
  /** Peak resident memory as the system reports it, pages of mapped files included. */
  peakBytes: number
  /** Peak of the memory that is no page of a file, sampled. */
  heldBytes: number
}

/**
 * Runs a command as a process of its own.
 *
 * @throws {Error} with its last words when it fails
 */
export async function measure(command: readonly string[]): Promise<Measurement> {
  const { stdout, stderr } = await promisify(execFile)(PYTHON, ['-S', SCRIPT, ...command], {
    env: PYTHON_ENVIRONMENT,
    maxBuffer: 2 ** 26
  })
  const { status, ...measurement } = JSON.parse(stdout) as Measurement & { status: number }
  if (status === 0) return measurement
  throw new Error(`${command.join(' ')} exited with ${status}: ${stderr.slice(-2_000)}`)
}

/** The median of every figure. */
export function medians(measurements: readonly Measurement[]): Measurement {
  const median = (key: keyof Measurement): number =>
    measurements.map(one => one[key]).sort((a, b) => a - b)[measurements.length >> 1]!
  return {
    seconds: median('seconds'),
    processorSeconds: median('processorSeconds'),
    peakBytes: median('peakBytes'),
    heldBytes: median('heldBytes')
  }
}
