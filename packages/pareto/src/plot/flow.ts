/** Where things of given widths lie when they fill lines from the left. */
export interface Flow {
  /** One place per thing: pixels from the left, and the line's number. */
  readonly places: readonly { readonly x: number; readonly line: number }[]
  readonly lineCount: number
}

/**
 * Lays things out in lines.
 *
 * @param widths in pixels
 * @param gap between two things on a line, in pixels
 * @param maxWidth of a line; a thing that is wider stands alone
 */
export function flow(widths: readonly number[], gap: number, maxWidth: number): Flow {
  let x = 0
  let line = 0
  const places = widths.map(width => {
    if (x > 0 && x + width > maxWidth) {
      x = 0
      line++
    }
    const place = { x, line }
    x += width + gap
    return place
  })
  return { places, lineCount: widths.length === 0 ? 0 : line + 1 }
}
