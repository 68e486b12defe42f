import { PLOT_STYLE } from './theme.ts'

/** Width of the window below which the page shows the narrow drawing, in pixels. */
const NARROW = 720

/** Style of the page around the plot, which is part of it. */
export const PAGE_STYLE: string = `${PLOT_STYLE}
  :root { color-scheme: light dark }
  body { margin: 0; background: var(--ground); color: var(--ink);
    font: 15px/1.45 system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif }
  main { max-width: 920px; margin: 0 auto; padding: 24px 16px 48px }
  h1 { font-size: 22px; line-height: 1.25; margin: 0 0 6px; overflow-wrap: anywhere }
  p { margin: 0 0 10px; color: var(--muted); overflow-wrap: anywhere }
  figure { margin: 12px 0 }
  figure svg { display: block; width: 100%; height: auto }
  .narrow { display: none }
  fieldset { margin: 16px 0; padding: 10px 14px 14px; border: 1px solid var(--grid); border-radius: 8px }
  legend { padding: 0 6px; font-weight: 600 }
  .ends { display: flex; justify-content: space-between; gap: 24px; overflow-wrap: anywhere }
  input { width: 100%; margin: 4px 0 8px; accent-color: var(--muted) }
  output { display: block; overflow-wrap: anywhere }
  .scroll { overflow-x: auto }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
  caption { text-align: left; padding: 6px 0; color: var(--muted) }
  th, td { padding: 5px 10px; text-align: right; border-bottom: 1px solid var(--grid) }
  td { white-space: nowrap }
  thead th { overflow-wrap: break-word; vertical-align: bottom; max-width: 14em }
  th:first-child { text-align: left }
  tbody th { font-weight: 400 }
  tr.sp-picked > * { box-shadow: inset 0 2px var(--ring), inset 0 -2px var(--ring); font-weight: 600 }
  #tip { position: absolute; z-index: 1; max-width: 300px; padding: 7px 10px; border-radius: 6px;
    background: var(--ink); color: var(--ground); font-size: 13px; white-space: pre-line;
    overflow-wrap: anywhere; pointer-events: none }
  .sp-point { cursor: default }
  @media screen and (max-width: ${NARROW}px) { .wide { display: none } .narrow { display: block }
    output { min-height: 2.9em } }
  @media print { #chooser, #tip { display: none } main { max-width: none; padding: 0 }
    .sp-ring { visibility: hidden !important } tr { break-inside: avoid }
    tr.sp-picked > * { box-shadow: none; font-weight: inherit } .scroll { overflow: visible } }
`
