/** A bounded number of places, and a bounded queue before them. */
export class Slots {
  #free: number
  readonly #maxWaiting: number
  readonly #waiting = new Set<() => void>()

  /**
   * @param places how many may be taken at once
   * @param maxWaiting how many may wait for one
   */
  constructor(places: number, maxWaiting: number) {
    this.#free = places
    this.#maxWaiting = maxWaiting
  }

  /**
   * Takes a place, as soon as there is one.
   *
   * @returns gives the place back; or undefined when too many wait already
   */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    signal.throwIfAborted()
    if (this.#free > 0) this.#free -= 1
    else if (this.#waiting.size < this.#maxWaiting) await this.#turn(signal)
    else return undefined
    return () => this.#release()
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = (): void => {
      this.#waiting.delete(resolve)
      reject(signal.reason)
    }
    this.#waiting.add(resolve)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #release(): void {
    const next = this.#waiting.values().next().value
    if (next === undefined) {
      this.#free += 1
      return
    }
    // The place passes on without becoming free, so nobody overtakes.
    this.#waiting.delete(next)
    next()
  }
}
