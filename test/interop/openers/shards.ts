import { join } from 'node:path'
import { fileSource, INDEX_NAME, type OpenCheckpoint, openSharded } from '@soup/tensor'

/** Opens the sharded checkpoint of a folder. */
export const openCheckpoint: OpenCheckpoint<{ folder: string }> = async ({ folder }, options) =>
  openSharded(
    await fileSource(join(folder, INDEX_NAME)),
    name => fileSource(join(folder, name)),
    options
  )
