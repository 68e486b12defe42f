import { checkJob } from './check.ts'
import { describeJob, identifyJob } from './describe.ts'
import { encodeJob } from './encode.ts'
import { fisherJob } from './fisher.ts'
import { hashJob } from './hash.ts'
import { openJob } from './open.ts'
import { packJob } from './pack.ts'
import { privatizeJob } from './privatize.ts'
import { writeJob } from './write.ts'

/** What a worker thread can be asked to do, by name. */
export const jobs: {
  readonly check: typeof checkJob
  readonly describe: typeof describeJob
  readonly encode: typeof encodeJob
  readonly fisher: typeof fisherJob
  readonly hash: typeof hashJob
  readonly identify: typeof identifyJob
  readonly open: typeof openJob
  readonly pack: typeof packJob
  readonly privatize: typeof privatizeJob
  readonly write: typeof writeJob
} = {
  check: checkJob,
  describe: describeJob,
  encode: encodeJob,
  fisher: fisherJob,
  hash: hashJob,
  identify: identifyJob,
  open: openJob,
  pack: packJob,
  privatize: privatizeJob,
  write: writeJob
}

/** Name of a job. */
export type JobName = keyof typeof jobs

/** What a job works on. */
export type JobInput<Name extends JobName> = Parameters<(typeof jobs)[Name]>[0]

/** What a job returns. */
export type JobOutput<Name extends JobName> = Awaited<ReturnType<(typeof jobs)[Name]>>
