import { cleanText } from '../clean-text.ts'
import type { Front } from '../document.ts'
import { bestCandidate, candidatesOf } from '../pick.ts'
import { describePoint } from './view.ts'

/** What the page's script works on, as JSON that is safe inside a script element. */
export function pageData(front: Front, members: ReadonlySet<number>): string {
  const { indices, normalised } = candidatesOf(front)
  const data = {
    rewards: front.rewards.map(cleanText),
    points: indices,
    normalised,
    words: indices.map(index => cleanText(describePoint(front, index, members.has(index))))
  }
  return JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/**
 * The page's script, the same for every front. The choice of λ is {@link bestCandidate} itself, as text:
 * page and program cannot disagree. The rest shows it, and shows a point's words on hover and focus.
 */
export function pageScript(): string {
  return `'use strict'\n${bestCandidate}\n${WIRING}`
}

const WIRING = `
const data = JSON.parse(document.getElementById('front-data').textContent)
const slider = document.getElementById('preference')
const output = document.getElementById('picked')
const tip = document.getElementById('tip')

function showPick() {
  const share = slider.value / 100
  const mu = [1 - share, share]
  const best = bestCandidate(mu, data.normalised)
  const percents = data.rewards.map((name, k) => name + ' ' + Math.round(100 * mu[k]) + ' %')
  slider.setAttribute('aria-valuetext', percents.join(', '))
  output.textContent = percents.join(', ') + ': ' + data.words[best].replaceAll('\\n', '; ')
  for (const element of document.querySelectorAll('[data-point], [data-row]')) {
    const index = element.dataset.point ?? element.dataset.row
    element.classList.toggle('sp-picked', index === String(data.points[best]))
  }
}

function showTip(mark, words) {
  const box = mark.getBoundingClientRect()
  tip.textContent = words
  tip.hidden = false
  const left = Math.min(box.right + 6, document.documentElement.clientWidth - tip.offsetWidth - 6)
  const top = box.top - tip.offsetHeight - 6
  tip.style.left = scrollX + Math.max(6, left) + 'px'
  tip.style.top = scrollY + (top < 6 ? box.bottom + 6 : top) + 'px'
}

function hideTip() {
  tip.hidden = true
}

for (const mark of document.querySelectorAll('[data-point]')) {
  // The title would show a second tip beside ours.
  const title = mark.querySelector('title')
  const words = title.textContent
  title.remove()
  mark.setAttribute('aria-label', words)
  mark.setAttribute('tabindex', '0')
  mark.addEventListener('mouseenter', () => showTip(mark, words))
  mark.addEventListener('focus', () => showTip(mark, words))
  mark.addEventListener('mouseleave', hideTip)
  mark.addEventListener('blur', hideTip)
}
document.addEventListener('keydown', event => event.key === 'Escape' && hideTip())
slider.addEventListener('input', showPick)
document.getElementById('chooser').hidden = false
showPick()
`
