import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What a compiled program exports: functions of addresses, lengths and other numbers alone. */
export type Kernel = (...args: number[]) => number

/** A compiled program and its memory. */
export interface Kernels {
  /** The memory. It never grows, so that views of it stay valid. */
  readonly buffer: ArrayBuffer
  /** @returns the compiled function of this name. @throws {RangeError} when there is none */
  kernel(name: string): Kernel
}

/** What is used of the global, which TypeScript knows of browsers alone. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number }) => { buffer: ArrayBuffer }
  readonly Module: new (program: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { env: object }
  ) => { readonly exports: Record<string, Kernel | undefined> }
}

/**
 * Loads a package's kernels. Every thread has kernels and memory of its own.
 *
 * @param url of the program that `npm run build` makes
 * @param pages of 64 KiB, as the program's asconfig.json says
 * @throws {Error} when the program is missing
 */
export function loadKernels(url: URL, pages: number): Kernels {
  if (!existsSync(url)) {
    throw new Error(`${fileURLToPath(url)} is missing: make it with npm run build`)
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const abort = (): never => {
    throw new Error('a kernel ran out of memory')
  }
  const module = new WebAssembly.Module(readFileSync(url))
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } })
  return {
    buffer: memory.buffer,
    kernel: name => {
      const found = exports[name]
      if (found === undefined) throw new RangeError(`there is no kernel ${name}`)
      return found
    }
  }
}
