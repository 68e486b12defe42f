#!/usr/bin/env node
import * as module from 'node:module'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `soup-node needs Node 24 or newer, this is ${process.version}: start it with npx or npm, which use the pinned one\n`
  )
  process.exit(1)
}
// Compiled code is kept between runs: every command starts in a fraction of the time.
module.enableCompileCache()
const { main } = await import('../src/cli/main.ts')
process.exitCode = await main(process.argv.slice(2))
