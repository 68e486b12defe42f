/**
 * Wall time and peak memory of the same soup, mergekit's and ours, as a table of one run.
 *
 * Options: `--size 0.25GiB` of each model, `--experts 4`, `--rounds 3`, `--out FILE` for the table in
 * Markdown.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseCount, parseSize } from './timing/parse-options.ts'
import { timingReport } from './timing/report.ts'
import { timeSoups } from './timing/time-soups.ts'

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '0.25GiB' },
    experts: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' }
  }
})
const settings = {
  sizeBytes: parseSize(values.size),
  expertCount: parseCount('--experts', values.experts),
  rounds: parseCount('--rounds', values.rounds)
}

const folder = await mkdtemp(join(tmpdir(), 'soup-timing-'))
try {
  const results = await timeSoups(folder, settings, line => process.stderr.write(`${line}\n`))
  const report = timingReport(results, settings)
  process.stdout.write(`${report}\n`)
  if (values.out !== undefined) await writeFile(values.out, `${report}\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
