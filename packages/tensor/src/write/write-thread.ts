/** What a further thread of a team does to write a checkpoint. */
import { closeSync, openSync } from 'node:fs'
import { fileError } from '../file-error.ts'
import type { TeamMember } from '../team/team.ts'
import { type CheckpointOpener, openFrom } from './opener.ts'
import { type OpenFile, writeRun } from './run-writer.ts'
import type { Run } from './runs.ts'

/** What a thread is told. */
export interface ThreadInput {
  opener: CheckpointOpener
  /** The files, which exist. */
  paths: readonly string[]
  runs: readonly Run[]
}

/** Opens the checkpoint once for all runs, and each file when the first of them needs it. */
export async function begin(
  { opener, paths, runs }: ThreadInput,
  check: () => void
): Promise<TeamMember<undefined>> {
  const checkpoint = await openFrom(opener)
  const files = new Map<number, OpenFile>()
  const open = (file: number): OpenFile => {
    const there = files.get(file) ?? openFile(paths[file]!)
    files.set(file, there)
    return there
  }
  return {
    run: async index => {
      await writeRun(checkpoint, runs[index]!, open, check)
      return undefined
    },
    end: async () => {
      for (const { descriptor } of files.values()) closeSync(descriptor)
      await checkpoint.close()
    }
  }
}

function openFile(path: string): OpenFile {
  try {
    return { path, descriptor: openSync(path, 'r+') }
  } catch (error) {
    throw fileError(path, error)
  }
}
