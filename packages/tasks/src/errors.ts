import { SoupError, type SoupErrorInit } from '@soup/interface'

/**
 * What can go wrong in a task.
 *
 * - `POLICY_MISMATCH`: the checkpoint is not a policy of the task: a tensor is missing, unknown, or has another dtype or shape
 * - `POLICY_NOT_FINITE`: a weight is NaN or infinite, or an observation deviation is not positive
 * - `EPISODE_WORKER_FAILED`: a worker that runs episodes failed; `cause` says how
 */
export type TaskErrorCode = 'POLICY_MISMATCH' | 'POLICY_NOT_FINITE' | 'EPISODE_WORKER_FAILED'

/** A failure of a task that a file or the machine caused. */
export class TaskError extends SoupError {
  override readonly name = 'TaskError'

  /**
   * @param code what went wrong
   * @param message one sentence for a person
   * @param init details and cause
   */
  constructor(code: TaskErrorCode, message: string, init: SoupErrorInit = {}) {
    super(code, message, init)
  }
}
