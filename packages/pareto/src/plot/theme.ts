/** Blue over violet to orange: told apart with every common colour vision, on white and on black. */
const LAMBDA_COLOURS: readonly (readonly [number, number, number])[] = [
  [31, 120, 209],
  [150, 106, 176],
  [230, 104, 24]
]

/** Steps of the λ colour bar in the legend. */
export const COLOUR_STEPS = 11

/** Colour of a soup by its λ, from 0 to 1; values outside get the nearer end. */
export function lambdaColour(lambda: number): string {
  const place = Math.min(1, Math.max(0, lambda)) * (LAMBDA_COLOURS.length - 1)
  const low = Math.min(Math.floor(place), LAMBDA_COLOURS.length - 2)
  const channels = LAMBDA_COLOURS[low]!.map((from, channel) =>
    Math.round(from + (place - low) * (LAMBDA_COLOURS[low + 1]![channel]! - from))
  )
  return `#${channels.map(channel => channel.toString(16).padStart(2, '0')).join('')}`
}

/** Font size of everything in the plot but the title, in pixels. */
export const FONT_SIZE = 13

/** Font size of the title, in pixels. */
export const TITLE_SIZE = 17

const DARK = `
  .sp, .sp-page { --ground: #14171c; --ink: #e9ebee; --muted: #a3abb8; --grid: #2a2f38; --ring: #ffd866 }`

/** Style of the plot: light or dark as the reader's system is, always light on paper. */
export const PLOT_STYLE: string = `
  .sp, .sp-page { --ground: #ffffff; --ink: #1b1e24; --muted: #5d6675; --grid: #e4e7ec; --ring: #1b1e24 }
  @media screen and (prefers-color-scheme: dark) {${DARK} }
  .sp { font: ${FONT_SIZE}px system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; background: var(--ground) }
  .sp text { fill: var(--ink) }
  .sp .sp-title { font-size: ${TITLE_SIZE}px; font-weight: 600 }
  .sp .sp-muted, .sp .sp-lambda { fill: var(--muted) }
  .sp .sp-lambda { font-size: ${FONT_SIZE - 2}px }
  .sp .sp-halo { paint-order: stroke; stroke: var(--ground); stroke-width: 3px; stroke-linejoin: round }
  .sp-ground { fill: var(--ground) }
  .sp-grid { stroke: var(--grid) }
  .sp-frame { stroke: var(--muted); fill: none }
  .sp-chord { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 6 5 }
  .sp-path { stroke: var(--muted); stroke-width: 1.5; fill: none; stroke-opacity: 0.55 }
  .sp-leader { stroke: var(--muted); stroke-width: 0.75 }
  .sp-error { stroke: var(--muted); stroke-width: 1.25; stroke-opacity: 0.8 }
  .sp-neutral { fill: var(--muted) }
  .sp-mark { stroke: var(--ground); stroke-width: 1 }
  .sp-front .sp-mark { stroke: var(--ink); stroke-width: 1.75 }
  .sp-ring { fill: none; stroke: var(--ring); stroke-width: 2.5; visibility: hidden }
  .sp-picked .sp-ring { visibility: visible }
  .sp-point:focus { outline: none }
  .sp-point:hover .sp-mark, .sp-point:focus .sp-mark { stroke: var(--ring); stroke-width: 3 }
`
