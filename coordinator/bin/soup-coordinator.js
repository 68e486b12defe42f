#!/usr/bin/env node
import * as module from 'node:module'
import { join } from 'node:path'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `soup-coordinator needs Node 24 or newer, this is ${process.version}: start it with npx or npm, which use the pinned one\n`
  )
  process.exit(1)
}
// Compiled code is kept between runs, by name of the folder for worker threads too: all start in a fraction of the time.
// The folder is the user's own, for who writes there runs code here.
const { HOME, XDG_CACHE_HOME } = process.env
const cache = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'))
if (cache) {
  process.env.NODE_COMPILE_CACHE ??= join(cache, 'soup-node')
  module.enableCompileCache()
}
const { main } = await import('../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
