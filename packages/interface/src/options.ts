/** Options of every asynchronous operation. */
export interface AbortOptions {
  /** Ends the operation early; its reason is thrown untouched. */
  signal?: AbortSignal | undefined
}

/** How far a long operation has come. */
export interface Progress {
  /** What is going on, in words that a person sees: `encode delta`, `fetch chunks`. */
  stage: string
  /** Units finished so far. */
  done: number
  /** Units in all, where known. */
  total?: number
  /** What is counted. */
  unit: 'bytes' | 'episodes' | 'iterations' | 'tensors' | 'records'
  /** A short remark: the best reward so far, the peers in use. */
  note?: string
}

/** Options of an operation that can take longer than a second. */
export interface ProgressOptions extends AbortOptions {
  /** Called now and then, at least at the beginning and the end of a stage. Must not throw. */
  onProgress?: ((progress: Progress) => void) | undefined
}

/** Something that is brought up and down once. */
export interface Startable {
  /** Takes up work. */
  start(options?: AbortOptions): Promise<void>
  /** Finishes or cancels what is under way and releases every resource. */
  stop(options?: AbortOptions): Promise<void>
}
