import { SoupError, type SoupErrorInit } from '@soup/interface'

/**
 * What can go wrong in a task.
 *
 * - `EPISODE_WORKER_FAILED`: a worker that runs episodes failed; `cause` says how
 */
export type TaskErrorCode = 'EPISODE_WORKER_FAILED'

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
