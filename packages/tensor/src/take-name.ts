import { link, open, rename, rm } from 'node:fs/promises'

/**
 * Gives a file the name that it is meant to have, unless something has that name: looking first and then
 * renaming would replace what another process puts there in between.
 *
 * Where the file system has no hard links (FAT, some network shares), an empty file holds the name until
 * the real one takes its place, and stays if the machine stops just then.
 *
 * @param makeLink how hard links are made
 * @throws the system's error, `EEXIST` when the name is taken
 */
export async function takeName(
  temporary: string,
  path: string,
  makeLink: typeof link = link
): Promise<void> {
  try {
    await makeLink(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    return await replacePlaceholder(temporary, path)
  }
  await rm(temporary)
}

async function replacePlaceholder(temporary: string, path: string): Promise<void> {
  await (await open(path, 'wx')).close()
  try {
    await rename(temporary, path)
  } catch (error) {
    await rm(path)
    throw error
  }
}
