import t from 'tap'
import {
  formatBytes,
  formatCodec,
  formatLoss,
  formatSeconds,
  listing,
  printable,
  shortId,
  table,
  yesNo
} from '../../src/cli/format.ts'

t.test('formatBytes() takes the decimal unit that leaves less than a thousand', async t => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [1_449_000, '1.4 MB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [16e9, '16.0 GB'],
    [4e15, '4000.0 TB']
  ]
  for (const [bytes, text] of cases) t.equal(formatBytes(bytes), text)
})

t.test('formatSeconds() takes the two largest units that matter', async t => {
  const cases: [number, string][] = [
    [-1, '0 s'],
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min 0 s'],
    [200, '3 min 20 s'],
    [3_599.9, '1 h 0 min'],
    [7_500, '2 h 5 min']
  ]
  for (const [seconds, text] of cases) t.equal(formatSeconds(seconds), text)
})

t.test('shortId() leaves what tells two ids apart', async t => {
  t.equal(
    shortId('bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'),
    'bafyreigh2akisca'
  )
})

t.test('table() aligns numbers to the right and text to the left', async t => {
  const rows = [
    ['risky', 1401.5, '2.0 kB'],
    ['cautious', 3, '812 B']
  ]
  t.equal(
    table(['reward', 'mean', 'size'], rows),
    [
      'reward      mean    size', //
      'risky     1401.5  2.0 kB',
      'cautious       3   812 B'
    ].join('\n')
  )
})

t.test('table() keeps a cell of several lines on its row', async t => {
  t.equal(table(['name'], [['a\nb'], ['c']]).split('\n').length, 3)
})

t.test('listing() gives a row per item, and where there is none says so', async t => {
  interface Item {
    name: string
    here: boolean
  }
  const columns = { name: (item: Item) => item.name, here: (item: Item) => yesNo(item.here) }
  const items = [
    { name: 'a', here: true },
    { name: 'b', here: false }
  ]
  t.equal(listing(items, columns, 'none'), 'name  here\na     yes\nb     no')
  t.equal(listing([], columns, 'none'), 'none')
})

t.test('printable() replaces what could steer a terminal and keeps all else', async t => {
  t.equal(printable('\u001b[31mred\u009b2J\u202eabc\r\u0000'), '�[31mred�2J�abc��')
  t.equal(printable('θ₀ → λ\nzwei'), 'θ₀ → λ\nzwei')
})

t.test('formatLoss() and formatCodec() say what was lost, or that nothing was', async t => {
  const some = { relativeError: 0.1234, cosine: 0.99 }
  const none = { relativeError: 0, cosine: 1 }
  t.equal(formatLoss(some), 'error 12.3 % of the update, cosine 0.9900')
  t.equal(formatLoss(none), 'nothing lost')
  t.equal(formatCodec({ codec: 'exact' }), 'exact')
  t.equal(formatCodec({ codec: 'int8', loss: some }), 'int8, error 12.3 %')
  t.equal(formatCodec({ codec: 'int8', loss: none }), 'int8, nothing lost')
  t.equal(formatCodec({ codec: 'exact', privacy: { clip: 1, noise: 0.5 } }), 'exact, σ = 0.5')
  t.equal(formatCodec({ codec: 'exact', privacy: { clip: 1, noise: 0 } }), 'exact, clipped')
})
