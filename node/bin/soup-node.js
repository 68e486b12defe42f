#!/usr/bin/env node
import { existsSync, mkdirSync } from 'node:fs'
import * as module from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `soup-node needs Node 24 or newer, this is ${process.version}: start it with npx or npm, which use the pinned one\n`
  )
  process.exit(1)
}
// Compiled code is kept between runs, by name of the folder for worker threads too: all start in a fraction of the time.
// The folder is the user's own, for who writes there runs code here.
const { HOME = '', XDG_CACHE_HOME = '' } = process.env
const cache = join([XDG_CACHE_HOME, join(HOME, '.cache')].find(isAbsolute) ?? '', 'soup-node')
if (isAbsolute(cache) && canMake(cache)) {
  process.env.NODE_COMPILE_CACHE ??= cache
  module.enableCompileCache()
}

/** One by one: Node's own way tries for ever where the system says that a folder above is missing, as in /proc. */
function canMake(folder) {
  try {
    for (const each of [dirname(folder), folder]) if (!existsSync(each)) mkdirSync(each)
    return true
  } catch {
    return false
  }
}

const { main } = await import('../src/cli/main.ts')
process.exitCode = await main(process.argv.slice(2))
