import { test } from 'tap'
import { lambdaColour, PLOT_STYLE } from '../../src/plot/theme.ts'

/** Contrast of two colours, WCAG 2.2, relative luminance. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [red, green, blue] = [1, 3, 5].map(at => {
      const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
  }
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}

test('lambdaColour() runs from blue to orange and stays there outside', async t => {
  t.equal(lambdaColour(0), '#1f78d1')
  t.equal(lambdaColour(1), '#e66818')
  t.equal(lambdaColour(-3), lambdaColour(0))
  t.equal(lambdaColour(3), lambdaColour(1))
})

test('every λ colour stands out from the light and the dark ground (3 : 1)', async t => {
  for (let k = 0; k <= 10; k++) {
    t.ok(contrast(lambdaColour(k / 10), '#ffffff') >= 3, `light, ${k / 10}`)
    t.ok(contrast(lambdaColour(k / 10), '#14171c') >= 3, `dark, ${k / 10}`)
  }
})

test('the style loads nothing', async t => {
  t.notMatch(PLOT_STYLE, /url|@import|</)
})
