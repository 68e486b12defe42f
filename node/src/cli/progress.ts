import type { Progress } from '@soup/interface'
import { formatBytes, formatSeconds, printable } from './format.ts'

/** Shows how far a command has come. */
export interface ProgressView {
  update(progress: Progress): void
  /** Removes the bar, so that the answer starts on a clean line. */
  end(): void
}

/** A stream that may be a terminal. */
export interface Terminal {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** A bar is drawn only for what takes longer. */
const SHOW_AFTER_MS = 1_000

/** Redrawing more often would only flicker. */
const REDRAW_MS = 100

/** Without a terminal a line now and then keeps logs readable and still shows life. */
const LINE_EVERY_MS = 5_000

const BAR_CHARS = 24

/**
 * Shows progress on `out`: a bar on a terminal, a line every few seconds elsewhere.
 *
 * @param now clock in milliseconds
 */
export function progressView(out: Terminal, now: () => number = Date.now): ProgressView {
  const isTerminal = out.isTTY === true
  const interval = isTerminal ? REDRAW_MS : LINE_EVERY_MS
  let stage: { name: string; since: number; from: number } | undefined
  let shownAt = now()
  const began = now()
  let drawn = false
  return {
    update(progress) {
      const time = now()
      if (stage?.name !== progress.stage) {
        stage = { name: progress.stage, since: time, from: progress.done }
      }
      if (time - began < SHOW_AFTER_MS || time - shownAt < interval) return
      shownAt = time
      const text = progressLine(progress, (time - stage.since) / 1_000, progress.done - stage.from)
      out.write(isTerminal ? `\r\u001b[2K${text.slice(0, (out.columns ?? 80) - 1)}` : `${text}\n`)
      drawn = isTerminal
    },
    end() {
      if (drawn) out.write('\r\u001b[2K')
      drawn = false
    }
  }
}

/**
 * One line of progress: stage, bar, done, total, rate, time left, remark.
 *
 * @param seconds since the stage began
 * @param doneHere units finished since then
 */
export function progressLine(progress: Progress, seconds: number, doneHere: number): string {
  const { stage, done, total, unit, note } = progress
  const amount = (value: number): string => (unit === 'bytes' ? formatBytes(value) : String(value))
  const rate = seconds > 0 ? doneHere / seconds : 0
  const parts = [stage.padEnd(16)]
  if (total === undefined) parts.push(`${amount(done)}${unit === 'bytes' ? '' : ` ${unit}`}`)
  else
    parts.push(
      bar(done, total),
      `${amount(done)} of ${amount(total)}${unit === 'bytes' ? '' : ` ${unit}`}`
    )
  if (unit === 'bytes' && rate > 0) parts.push(`${formatBytes(Math.round(rate))}/s`)
  if (total !== undefined && rate > 0 && done < total) {
    parts.push(`${formatSeconds((total - done) / rate)} left`)
  }
  if (note !== undefined) parts.push(printable(note))
  return parts.join('  ')
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? BAR_CHARS : Math.round((BAR_CHARS * Math.min(done, total)) / total)
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_CHARS - filled)}]`
}
