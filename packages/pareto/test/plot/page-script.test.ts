import { createContext, runInContext } from 'node:vm'
import fc from 'fast-check'
import { test } from 'tap'
import { type Front, pickLambda } from '../../src/index.ts'
import { pageData, pageScript } from '../../src/plot/page-script.ts'
import { describePoint } from '../../src/plot/view.ts'
import { frontOf, fronts, hostileFront } from '../fixtures.ts'

/** As much of a page as the script touches, without marks. */
class FakePage {
  readonly elements = new Map<string, Record<string, unknown>>()
  readonly listeners = new Map<string, () => void>()

  constructor(front: Front) {
    const addEventListener = (event: string, listener: () => void) => {
      this.listeners.set(event, listener)
    }
    this.elements.set('front-data', { textContent: pageData(front, new Set()) })
    this.elements.set('preference', {
      value: '50',
      addEventListener,
      setAttribute: () => undefined
    })
    for (const id of ['picked', 'tip', 'chooser']) this.elements.set(id, { hidden: true })
    const document = {
      getElementById: (id: string) => this.elements.get(id),
      querySelectorAll: () => [],
      addEventListener: () => undefined
    }
    runInContext(pageScript(), createContext({ document }))
  }

  /** Moves the slider. @returns what the page says then */
  choose(percent: number): unknown {
    this.elements.get('preference')!.value = String(percent)
    this.listeners.get('input')!()
    return this.elements.get('picked')!.textContent
  }
}

test('the page picks what pickLambda() picks, for any front and every preference', async () => {
  fc.assert(
    fc.property(fronts, front => {
      const page = new FakePage(front)
      return Array.from({ length: 101 }, (_, percent) => percent).every(percent => {
        const mu = [1 - percent / 100, percent / 100]
        const pick = pickLambda(front, new Map(front.rewards.map((name, k) => [name, mu[k]!])))
        const words = describePoint(front, pick.point, false).replaceAll('\n', '; ')
        return page.choose(percent) === `risky ${100 - percent} %, cautious ${percent} %: ${words}`
      })
    }),
    { numRuns: 30 }
  )
})

test('the page shows its slider and a first pick once the script has run', async t => {
  const page = new FakePage(frontOf([[0.5, 9, 8]]))
  t.equal(page.elements.get('chooser')!.hidden, false)
  t.match(page.elements.get('picked')!.textContent, /50 %.*λ = \(0.5, 0.5\)/)
})

test('pageData() cannot end its script element, and reads back as it was', async t => {
  const text = pageData(hostileFront, new Set())
  t.notMatch(text, /[<>&\u2028\u2029\u202E\0]/)
  t.match(JSON.parse(text).rewards[1], /^<\/script><img src=x onerror='alert\(3\)'>\uFFFDevil/)
})

test('pageScript() is the same for every front and holds no markup', async t => {
  t.equal(pageScript(), pageScript())
  t.notMatch(pageScript(), /<\/?script|innerHTML|eval|fetch|import/)
})
