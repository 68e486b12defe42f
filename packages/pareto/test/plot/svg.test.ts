import fc from 'fast-check'
import { test } from 'tap'
import { parsePreference, pickLambda } from '../../src/index.ts'
import { embeddedSvg, frontSvg } from '../../src/plot/svg.ts'
import { frontOf, fronts, hostileFront } from '../fixtures.ts'
import { attributesOf, elementsOf } from '../markup.ts'

const front = frontOf(
  [
    [0.2, 9, 5],
    [0.5, 7, 7]
  ],
  { stderr: 0.2 }
)
const ELEMENTS = ['svg', 'title', 'desc', 'style', 'rect', 'text', 'path', 'g', 'circle', 'polygon']

test('frontSvg() draws every point, the chord and the front', async t => {
  const svg = frontSvg(front)
  t.equal(svg.match(/data-point=/g)?.length, front.points.length)
  t.equal(svg.match(/class="sp-point sp-front"/g)?.length, 4)
  t.match(svg, /<path class="sp-chord" d="M[\d. ]+L[\d. ]+"/)
  t.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/)
  t.match(svg, /aria-labelledby="front-860-title front-860-desc"/)
})

test('frontSvg() marks the pick', async t => {
  const pick = pickLambda(front, parsePreference('risky=1,cautious=1', front.rewards))
  t.match(frontSvg(front, { pick }), `sp-picked" data-point="${pick.point}"`)
  t.notMatch(frontSvg(front), /sp-picked" data-point/)
})

test('frontSvg() holds nothing but shapes and text, whatever the names', async t => {
  const svg = frontSvg(hostileFront)
  t.same(
    [...new Set(elementsOf(svg))].filter(name => !ELEMENTS.includes(name)),
    []
  )
  t.same(
    attributesOf(svg).filter(name => /^on|href|^style$/.test(name)),
    []
  )
  t.notMatch(svg, /[\u202E\0]/)
})

test('frontSvg() draws any front with finite coordinates, the same every time', async () => {
  fc.assert(
    fc.property(fronts, fc.integer({ min: 320, max: 1200 }), (random, width) => {
      const svg = frontSvg(random, { width })
      elementsOf(svg)
      return !/NaN|Infinity|undefined/.test(svg) && svg === frontSvg(random, { width })
    }),
    { numRuns: 30 }
  )
})

test('frontSvg() draws 1,024 points and numbers at the limit', async t => {
  const soups = Array.from({ length: 1021 }, (_, i) => [i / 1021, i, -i] as const)
  t.equal(frontSvg(frontOf(soups)).match(/data-point=/g)?.length, 1024)
  const huge = frontOf([], { first: [1e100, -1e100], second: [-1e100, 1e100], stderr: 1e100 })
  t.notMatch(frontSvg(huge), /NaN|Infinity/)
})

test('frontSvg() refuses any number of rewards but 2, and too little width', async t => {
  const three = { ...front, rewards: ['a', 'b', 'c'] }
  t.throws(() => frontSvg(three), { name: 'RangeError', message: /2 rewards, this one has 3/ })
  t.throws(() => frontSvg(front, { width: 100 }), RangeError)
})

test('embeddedSvg() leaves style and title to the page', async t => {
  const svg = embeddedSvg(front, 420)
  t.notMatch(svg, /<style|sp-title/)
  t.match(svg, /picked/, 'the legend explains what the page will mark')
  t.match(svg, /viewBox="0 0 420 /)
})
