import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { PYTHON, PYTHON_ENVIRONMENT } from './environment.ts'

const SCRIPT = fileURLToPath(new URL('python/worker.py', import.meta.url))

/** Lines of stderr that an error shows. */
const MAX_LAST_WORDS = 20

/** A Python process with torch, transformers, PEFT and mergekit loaded, that answers calls in turn. */
export interface PythonWorker {
  /**
   * @param name one of the `CALLS` of a file in `python/`
   * @param parameters its keyword arguments, JSON
   * @throws {Error} with Python's traceback when the call raises, or with its last words when it died
   */
  call<Value>(name: string, parameters: object): Promise<Value>
  /** Lets the process end. */
  close(): void
}

/** Starts a Python worker; it takes seconds until the first answer. */
export function startPython(): PythonWorker {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(PYTHON, [SCRIPT], {
    env: PYTHON_ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'pipe']
  })
  const lastWords: string[] = []
  createInterface({ input: child.stderr }).on('line', line => {
    if (lastWords.push(line) > MAX_LAST_WORDS) lastWords.shift()
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let last: Promise<unknown> = Promise.resolve()
  const ask = async (request: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value: line, done } = await answers.next()
    if (done === true) throw new Error(`Python ended: ${lastWords.join('\n')}`)
    const { value, error } = JSON.parse(line) as { value?: unknown; error?: string }
    if (error !== undefined) throw new Error(error)
    return value
  }
  return {
    call<Value>(name: string, parameters: object): Promise<Value> {
      const answer = last.then(() => ask({ call: name, ...parameters }))
      last = answer.catch(() => undefined)
      return answer as Promise<Value>
    },
    close: () => child.stdin.end()
  }
}
