import { test } from 'tap'
import {
  MAX_WATCHED_PEERS,
  RATE_BURST,
  RATE_PER_SECOND,
  SHUN_MS
} from '../../src/catalogue/limits.ts'
import { PeerWatch } from '../../src/catalogue/peer-watch.ts'

test('a liar is shunned for a while', async t => {
  const watch = new PeerWatch()
  watch.shun('liar', 1000)
  t.ok(watch.isShunned('liar', 1000 + SHUN_MS - 1))
  t.notOk(watch.isShunned('liar', 1000 + SHUN_MS))
  t.notOk(watch.isShunned('other', 1000))
})

test('a burst passes at once, what comes on top waits its turn', async t => {
  const watch = new PeerWatch()
  for (let i = 0; i < RATE_BURST; i++) t.equal(watch.count('peer', 1, 0), 0)
  t.equal(watch.count('peer', 1, 0), 1000 / RATE_PER_SECOND)
  t.equal(watch.count('other', 1, 0), 0, 'others do not wait')
  t.equal(watch.count('peer', 1, 60_000), 0, 'time heals')
})

test('only so many peers are remembered, the latest', async t => {
  const watch = new PeerWatch()
  watch.shun('first', 0)
  for (let i = 0; i < MAX_WATCHED_PEERS; i++) watch.shun(`peer ${i}`, 0)
  t.notOk(watch.isShunned('first', 1))
  t.ok(watch.isShunned('peer 0', 1))
})
