import { test } from 'tap'
import { PAGE_STYLE } from '../../src/plot/page-style.ts'
import { PLOT_STYLE } from '../../src/plot/theme.ts'

test('the page has the style of the plot, and loads nothing', async t => {
  t.match(PAGE_STYLE, PLOT_STYLE)
  t.notMatch(PAGE_STYLE, /url|@import|</)
})

test('braces of the style are balanced', async t => {
  t.equal(PAGE_STYLE.split('{').length, PAGE_STYLE.split('}').length)
})
