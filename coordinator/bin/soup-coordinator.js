#!/usr/bin/env node
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `soup-coordinator needs Node 24 or newer, this is ${process.version}: start it with npx or npm, which use the pinned one\n`
  )
  process.exit(1)
}
const { main } = await import('../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
