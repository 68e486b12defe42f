import { createHash } from 'node:crypto'
import type { Front } from '../document.ts'
import { nonDominated } from '../dominance.ts'
import { meansOf } from '../point.ts'
import { pageData, pageScript } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'
import { factsOf, titleOf } from './summary.ts'
import { embeddedSvg } from './svg.ts'
import { pointTable } from './table.ts'
import { escapeText } from './text.ts'
import type { PlotOptions } from './view.ts'

/** Width of the drawing for small windows, in pixels. */
const NARROW_WIDTH = 420

/** Where the slider stands when no choice is given: both rewards matter the same. */
const MIDDLE_PERCENT = 50

/**
 * Writes a front of two rewards as one HTML page that needs nothing else: the plot, a slider that picks λ for a
 * preference, a table of the points. Hovering or focusing a point shows λ, rewards and n. The page's
 * policy lets nothing load and no script run but its own, named by its hash.
 *
 * @param front parsed or built document
 * @param options the choice where the slider starts, to the percent
 * @throws {RangeError} unless the front has 2 rewards
 */
export function frontHtml(front: Front, { pick }: Pick<PlotOptions, 'pick'> = {}): string {
  const members = new Set(nonDominated(meansOf(front.points)))
  const script = pageScript()
  const title = escapeText(titleOf(front))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script, PAGE_STYLE)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body class="sp-page">
<main>
<h1>${title}</h1>
<p>${factsOf(front).map(escapeText).join(' · ')}</p>
<figure class="wide">${embeddedSvg(front)}</figure>
<figure class="narrow">${embeddedSvg(front, NARROW_WIDTH)}</figure>
${chooser(front, pick)}
<div class="scroll">${pointTable(front, members)}</div>
</main>
<div id="tip" role="tooltip" hidden></div>
<script type="application/json" id="front-data">${pageData(front, members)}</script>
<script>${script}</script>
</body>
</html>
`
}

/** The slider; hidden until the script runs, for without it it does nothing. */
function chooser(front: Front, pick: PlotOptions['pick']): string {
  const [first, second] = front.rewards.map(escapeText)
  const importance = pick?.preference[front.rewards[1]!]
  const percent = importance === undefined ? MIDDLE_PERCENT : Math.round(100 * importance)
  return `<fieldset id="chooser" hidden>
<legend>Preference</legend>
<div class="ends" aria-hidden="true"><span>only ${first}</span><span>only ${second}</span></div>
<input id="preference" type="range" min="0" max="100" value="${percent}" aria-label="Importance of ${second} against ${first}">
<output id="picked" for="preference"></output>
</fieldset>`
}

function policy(script: string, style: string): string {
  const hash = (text: string): string =>
    `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return (
    `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; ` +
    `base-uri 'none'; form-action 'none'`
  )
}
