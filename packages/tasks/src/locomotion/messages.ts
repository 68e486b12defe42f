/** Episodes to run: what {@link EpisodePool} sends to a worker. */
export interface EpisodeJob {
  /** Number of the job in its batch. */
  readonly id: number
  /** Trained parameters of the whole population, `[P, d]`; shared, not copied. */
  readonly population: Float32Array<SharedArrayBuffer>
  /** First row of this job. */
  readonly first: number
  /** Number of rows of this job. */
  readonly count: number
  /** Tensors that all policies share, by name: the frozen observation statistics, or none. */
  readonly shared: ReadonlyMap<string, Float32Array>
  /** Seeds of the episodes that each policy runs, uint32. */
  readonly seeds: Uint32Array
}

/** Sums over the episodes of a job; the answer to an {@link EpisodeJob}. */
export interface EpisodeSums {
  /** Σₜ velocity of each episode, `[count, S]`, in m/s · control steps. */
  readonly velocity: Float64Array
  /** Σₜ Σⱼ aⱼ² of each episode, `[count, S]`. */
  readonly effort: Float64Array
  /** Σ and Σ² of each observation over all episodes and control steps, `[2, I]`. */
  readonly moments: Float64Array
}

/** What a worker is started with. */
export interface EpisodeWorkerData {
  /** One cell that turns from 0 to 1 when running episodes shall end at the next control step. */
  readonly stop: Int32Array<SharedArrayBuffer>
}

/** What a worker posts back. */
export interface EpisodeReply {
  readonly id: number
  /** Absent when the job was stopped. */
  readonly sums: EpisodeSums | undefined
}
