import { test } from 'tap'
import { Slots } from '../../src/catalogue/slots.ts'

const signal = new AbortController().signal

test('places are given in order, and nobody overtakes', async t => {
  const slots = new Slots(1, 2)
  const first = await slots.take(signal)
  const order: number[] = []
  const wait = async (number: number) => {
    const release = await slots.take(signal)
    order.push(number)
    return release
  }
  const [second, third] = [wait(2), wait(3)]
  t.equal(await slots.take(signal), undefined, 'the queue is full')
  first?.()
  ;(await second)?.()
  ;(await third)?.()
  t.strictSame(order, [2, 3])
})

test('who gives up waiting leaves the queue', async t => {
  const slots = new Slots(1, 1)
  const release = await slots.take(signal)
  const controller = new AbortController()
  const waiting = slots.take(controller.signal)
  controller.abort(new Error('enough'))
  await t.rejects(waiting, { message: 'enough' })
  release?.()
  t.ok(await slots.take(signal), 'the place is free')
})
