/** Work in the background that ends with its owner. */
export class Tasks {
  readonly #abort = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #onError: (error: unknown) => void

  /** @param onError called with what work in the background threw, except by the end */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** Ends with {@link stop}. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Does something in the background. */
  run(work: (signal: AbortSignal) => Promise<unknown>): void {
    const done = this.#settle(work)
    this.#running.add(done)
    void done.then(() => this.#running.delete(done))
  }

  /** Does something again and again; a turn that comes while the last one runs is left out. */
  every(intervalMs: number, work: (signal: AbortSignal) => Promise<unknown>): void {
    let isRunning = false
    const timer = setInterval(() => {
      if (isRunning) return
      isRunning = true
      this.run(signal => work(signal).finally(() => (isRunning = false)))
    }, intervalMs)
    timer.unref()
    this.#timers.add(timer)
  }

  /** Cancels everything and waits until it has ended. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    this.#abort.abort(new Error('the catalogue stops'))
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async #settle(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    try {
      await work(this.signal)
    } catch (error) {
      if (!this.signal.aborted) this.#onError(error)
    }
  }
}
