import fc from 'fast-check'
import { test } from 'tap'
import { Schedule, type WantedChunk } from '../../src/chunks/schedule.ts'

function wanted(count: number, parent = 'root', first = 0): WantedChunk[] {
  return Array.from({ length: count }, (_, i) => {
    const index = first + i
    return { cid: `${parent}/${index}`, parent, index, depth: 0, sizeBytes: 1, times: 1 }
  })
}

function scheduleOf(...chunks: WantedChunk[]): Schedule {
  const schedule = new Schedule()
  schedule.add(chunks)
  return schedule
}

test('take() hands out neighbours front to back, each once', async t => {
  const chunks = wanted(5)
  const schedule = scheduleOf(...chunks)
  t.strictSame(schedule.take('a', 2, false), chunks.slice(0, 2))
  t.strictSame(schedule.take('b', 9, false), chunks.slice(2))
  t.strictSame(schedule.take('c', 9, false), [])
})

test('take() does not run over a gap, nor from one parent into the next', async t => {
  const chunks = [...wanted(2, 'x'), ...wanted(1, 'x', 3), ...wanted(1, 'y', 4)]
  const schedule = scheduleOf(...chunks)
  t.strictSame(schedule.take('a', 9, false), chunks.slice(0, 2))
  t.strictSame(schedule.take('a', 9, false), chunks.slice(2, 3))
  t.strictSame(schedule.take('a', 9, false), chunks.slice(3))
})

test('released chunks come before everything else', async t => {
  const chunks = wanted(6)
  const schedule = scheduleOf(...chunks)
  schedule.release('a', schedule.take('a', 3, false))
  t.strictSame(schedule.take('b', 2, false), chunks.slice(0, 2))
})

test('an idle peer doubles the last chunk of another one, but only when nothing else is left', async t => {
  const chunks = wanted(4)
  const schedule = scheduleOf(...chunks)
  schedule.take('slow', 3, true)
  t.strictSame(schedule.take('fast', 9, true), chunks.slice(3))
  t.strictSame(schedule.take('fast', 9, false), [])
  t.strictSame(schedule.take('fast', 9, true), chunks.slice(2, 3))
  const third = [3, 1, 0, 2].map(() => schedule.take('third', 9, true)[0]?.index)
  t.strictSame(third, [3, 1, 0, 2], 'first those that fewest fetch, in the end all')
})

test('forgive() lets a peer be asked for what it lacked, first for what nobody fetches', async t => {
  const chunks = wanted(200)
  const schedule = scheduleOf(...chunks)
  for (const chunk of schedule.take('part', 64, false)) schedule.miss('part', chunk)
  for (const chunk of chunks.slice(64)) schedule.miss('part', chunk)
  const inFlight = schedule.take('slow', 10, false)
  const changed = schedule.changed()
  schedule.forgive('part')
  await changed
  t.strictSame(schedule.take('part', 64, true), chunks.slice(10, 74))
  t.strictSame(schedule.take('part', 64, true), [], 'no more than one request has')
  schedule.take('other', 64, false)
  schedule.take('other', 64, false)
  schedule.forgive('part')
  const doubled = inFlight.map(() => schedule.take('part', 1, true)[0]?.index)
  t.ok(doubled.every(index => index !== undefined))
})

test('a peer is not asked again for what it lacks', async t => {
  const chunks = wanted(3)
  const schedule = scheduleOf(...chunks)
  const [first] = schedule.take('a', 1, false)
  schedule.miss('a', first!)
  t.strictSame(schedule.take('a', 9, false), chunks.slice(1))
  t.strictSame(schedule.take('b', 9, false), chunks.slice(0, 1))
  t.ok(schedule.canUse('a'))
  for (const chunk of chunks.slice(1)) schedule.miss('a', chunk)
  t.notOk(schedule.canUse('a'))
})

test('finish() counts a chunk once', async t => {
  const [chunk] = wanted(1)
  const schedule = scheduleOf(chunk!)
  t.ok(schedule.needs(chunk!))
  t.ok(schedule.finish(chunk!))
  t.notOk(schedule.finish(chunk!))
  t.notOk(schedule.needs(chunk!))
  t.equal(schedule.openCount, 0)
})

test('changed() settles on new work, on released work and at the end', async t => {
  const chunks = wanted(2)
  const schedule = new Schedule()
  const added = schedule.changed()
  schedule.add(chunks)
  await added
  const released = schedule.changed()
  schedule.release('a', schedule.take('a', 1, false))
  await released
  const ended = schedule.changed()
  for (const chunk of chunks) schedule.finish(chunk)
  await ended
  t.equal(schedule.openCount, 0)
})

test('whatever peers do, every chunk is finished in the end', async () => {
  const steps = fc.array(
    fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 3 }), fc.integer({ min: 1, max: 5 })),
    { maxLength: 60 }
  )
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 20 }), (moves, count) => {
      const schedule = scheduleOf(...wanted(count))
      const held: Array<[string, WantedChunk[]]> = []
      for (const [peer, move, max] of moves) {
        const run = schedule.take(peer, max, true)
        if (move === 0) schedule.release(peer, run)
        else if (move === 1) for (const chunk of run) schedule.finish(chunk)
        else if (move === 2) for (const chunk of run) schedule.miss(peer, chunk)
        else held.push([peer, run])
      }
      for (const [peer, run] of held) schedule.release(peer, run)
      for (;;) {
        const run = schedule.take('honest', 5, true)
        if (run.length === 0) break
        for (const chunk of run) schedule.finish(chunk)
      }
      return schedule.openCount === 0
    })
  )
})
