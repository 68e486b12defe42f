import { test } from 'tap'
import { Bans } from '../../src/chunks/bans.ts'
import { BAN_MS, MAX_BANS } from '../../src/limits.ts'

test('a ban ends after a while', async t => {
  let now = 0
  const bans = new Bans(() => now)
  bans.add('liar')
  t.ok(bans.has('liar'))
  t.notOk(bans.has('other'))
  now = BAN_MS - 1
  t.ok(bans.has('liar'))
  now = BAN_MS
  t.notOk(bans.has('liar'))
})

test('a second offence begins the ban anew', async t => {
  let now = 0
  const bans = new Bans(() => now)
  bans.add('liar')
  now = BAN_MS / 2
  bans.add('liar')
  now = BAN_MS
  t.ok(bans.has('liar'))
})

test('the oldest bans give way when there are too many', async t => {
  const bans = new Bans(() => 0)
  for (let i = 0; i <= MAX_BANS; i++) bans.add(`peer ${i}`)
  t.notOk(bans.has('peer 0'))
  t.ok(bans.has('peer 1'))
  t.ok(bans.has(`peer ${MAX_BANS}`))
})
