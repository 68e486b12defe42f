import { cpus, loadavg } from 'node:os'
import type { Timing, TimingSettings } from './time-soups.ts'

const COLUMNS = [
  'contender',
  'wall time',
  'against mergekit',
  'processor time',
  'peak memory',
  'against mergekit',
  'without mapped files',
  'against mergekit'
]

/** @returns the timings as a table in Markdown; the first contender is what the others are held against */
export function timingReport(timings: readonly Timing[], settings: TimingSettings): string {
  const { sizeBytes, expertCount, rounds } = settings
  const machine = cpus()
  const loads = loadavg().map(load => load.toFixed(1))
  const rows = timings.map(timing => cells(timing, timings[0]!))
  return [
    `${expertCount} bf16 experts of ${mebibytes(sizeBytes)}, equal λ, bf16 out; medians of ${rounds} rounds in turn, files in`,
    `the page cache; ${machine.length} × ${machine[0]?.model ?? 'unknown processor'}, Node ${process.versions.node};`,
    `load of the machine, ours included, ${loads.join(', ')} over the last 1, 5 and 15 minutes.`,
    '',
    row(COLUMNS),
    row(COLUMNS.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map(row)
  ].join('\n')
}

function cells(timing: Timing, reference: Timing): string[] {
  const ratio = (key: 'seconds' | 'peakBytes' | 'heldBytes'): string =>
    timing === reference ? '1' : (timing[key] / reference[key]).toPrecision(2)
  return [
    timing.name,
    `${timing.seconds.toFixed(2)} s`,
    ratio('seconds'),
    `${timing.processorSeconds.toFixed(2)} s`,
    mebibytes(timing.peakBytes),
    ratio('peakBytes'),
    mebibytes(timing.heldBytes),
    ratio('heldBytes')
  ]
}

function row(columns: readonly string[]): string {
  return `| ${columns.join(' | ')} |`
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MiB`
}
