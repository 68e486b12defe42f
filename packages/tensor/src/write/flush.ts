import { fdatasync, fsync } from 'node:fs'
import { promisify } from 'node:util'
import { fileError } from '../file-error.ts'
import type { OpenFile } from './run-writer.ts'

const syncData = promisify(fdatasync)
const syncAll = promisify(fsync)

/** Bytes after which the disk is given something to do. */
const FLUSH_BYTES = 32 * 2 ** 20

/** Brings files to the disk while they are being written, so that at the end there is little to wait for. */
export class Flusher {
  readonly #written = new Set<OpenFile>()
  #bytes = 0
  #flushing: Promise<void> | undefined
  #failure: { error: unknown } | undefined

  /**
   * Tells that a file was written to. Waits for nothing.
   *
   * @throws {TensorError} `FILE_NO_SPACE`, `FILE_FAILED` when the disk has refused what was written before: the system
   *   says so only once
   */
  wrote(file: OpenFile, bytes: number): void {
    if (this.#failure !== undefined) throw this.#failure.error
    this.#written.add(file)
    this.#bytes += bytes
    if (this.#bytes < FLUSH_BYTES || this.#flushing !== undefined) return
    this.#flushing = this.#flush(syncData).catch(error => {
      this.#failure = { error }
    })
  }

  /**
   * Waits until everything is on the disk.
   *
   * @throws {TensorError} as {@link wrote}
   */
  async finish(files: readonly OpenFile[]): Promise<void> {
    await this.settle()
    if (this.#failure !== undefined) throw this.#failure.error
    for (const file of files) this.#written.add(file)
    await this.#flush(syncAll)
  }

  /** Waits until nothing is under way: only then may the files be closed. */
  async settle(): Promise<void> {
    await this.#flushing
  }

  async #flush(sync: (descriptor: number) => Promise<void>): Promise<void> {
    const files = [...this.#written]
    this.#written.clear()
    this.#bytes = 0
    for (const { path, descriptor } of files) {
      await sync(descriptor).catch(error => {
        throw fileError(path, error)
      })
    }
    this.#flushing = undefined
  }
}
