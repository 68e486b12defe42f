/** What a thread of a team does to write a checkpoint. */
import { closeSync, openSync } from 'node:fs'
import type { TeamMember } from '../team/team.ts'
import { type CheckpointOpener, openFrom } from './opener.ts'
import { writeRun } from './run-writer.ts'
import type { Run } from './runs.ts'

/** What a thread is told. */
export interface ThreadInput {
  opener: CheckpointOpener
  /** The files, which exist. */
  paths: readonly string[]
  runs: readonly Run[]
}

/** Opens the checkpoint and the files once for all runs. */
export async function begin(
  { opener, paths, runs }: ThreadInput,
  check: () => void
): Promise<TeamMember<undefined>> {
  const checkpoint = await openFrom(opener)
  const files = paths.map(path => ({ path, descriptor: openSync(path, 'r+') }))
  return {
    run: async index => {
      await writeRun(checkpoint, runs[index]!, files, check)
      return undefined
    },
    end: async () => {
      for (const { descriptor } of files) closeSync(descriptor)
      await checkpoint.close()
    }
  }
}
