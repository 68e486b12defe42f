import { createHash } from 'node:crypto'
import { test } from 'tap'
import { parsePreference, pickLambda } from '../../src/index.ts'
import { frontHtml } from '../../src/plot/html.ts'
import { frontOf, hostileFront } from '../fixtures.ts'
import { attributesOf, elementsOf } from '../markup.ts'

const front = frontOf(
  [
    [0.2, 9, 5],
    [0.5, 7, 7]
  ],
  { stderr: 0.2 }
)

test('frontHtml() holds the plot for wide and narrow windows, the slider and the table', async t => {
  const names = elementsOf(frontHtml(front))
  const count = (name: string) => names.filter(it => it === name).length
  t.equal(count('svg'), 2)
  t.equal(count('input'), 1)
  t.equal(count('tr'), front.points.length + 1)
  t.equal(count('script'), 2)
})

test('frontHtml() has no id twice', async t => {
  const ids = [...frontHtml(front).matchAll(/\sid="([^"]+)"/g)].map(match => match[1])
  t.equal(new Set(ids).size, ids.length)
})

test('frontHtml() loads nothing, and allows its own script and style alone', async t => {
  const html = frontHtml(front)
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const script = /<script>([\s\S]*?)<\/script>/.exec(html)![1]!
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!
  t.match(html, `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)};`)
  t.notMatch(html.replaceAll('http://www.w3.org/2000/svg', ''), /https?:|src=|href=|style="/)
})

test('frontHtml() escapes every name, in markup and in the data', async t => {
  const html = frontHtml(hostileFront)
  const names = elementsOf(html)
  t.same(names.filter(name => name === 'script').length, 2)
  t.notOk(names.includes('img') || names.includes('b'))
  t.same(
    attributesOf(html).filter(name => name.startsWith('on') || name === 'style'),
    []
  )
})

test('frontHtml() begins at the middle, or at the choice that it is given', async t => {
  t.match(frontHtml(front), /type="range" min="0" max="100" value="50"/)
  const pick = pickLambda(front, parsePreference('risky=1,cautious=3', front.rewards))
  t.match(frontHtml(front, { pick }), /value="75"/)
})

test('frontHtml() refuses any number of rewards but 2', async t => {
  t.throws(() => frontHtml({ ...front, rewards: ['a'] }), /2 rewards, this one has 1/)
})
