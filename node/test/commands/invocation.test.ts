import t from 'tap'
import { Invocation, type OptionValue } from '../../src/commands/invocation.ts'

const usage = (message: RegExp | string) => ({ code: 'USAGE', message })

function invocation(options: Record<string, OptionValue> = {}, args: string[] = []): Invocation {
  return new Invocation({ args, options, cwd: '/home/ada' })
}

t.test('arg() gives the positional argument, and names the one that is missing', async t => {
  t.equal(invocation({}, ['a', 'b']).arg(1, 'path'), 'b')
  t.throws(() => invocation({}, ['a']).arg(1, 'path'), usage('<path>'))
  t.throws(() => invocation({}, ['']).arg(0, 'path'), usage('<path>'))
})

t.test('flag() is true only for a switch that was given', async t => {
  t.equal(invocation({ share: true }).flag('share'), true)
  t.equal(invocation({ share: 'true' }).flag('share'), false)
  t.equal(invocation().flag('share'), false)
  t.equal(invocation().flag('constructor'), false)
})

t.test('text() gives one text, and refuses a list or a switch', async t => {
  t.equal(invocation({ name: 'x' }).text('name'), 'x')
  t.equal(invocation().text('name'), undefined)
  t.equal(invocation().text('toString'), undefined)
  t.throws(() => invocation({ name: ['x'] }).text('name'), usage('--name'))
  t.throws(() => invocation({ name: true }).text('name'), usage('--name'))
})

t.test('required() names the option that is missing or empty', async t => {
  t.equal(invocation({ out: 'o' }).required('out'), 'o')
  t.throws(() => invocation().required('out'), usage('--out is missing'))
  t.throws(() => invocation({ out: '' }).required('out'), usage('--out is missing'))
})

t.test('list() gives every value of a repeated option in order', async t => {
  t.same(invocation({ metric: ['a=1', 'b=2'] }).list('metric'), ['a=1', 'b=2'])
  t.same(invocation().list('metric'), [])
  t.throws(() => invocation({ metric: 'a=1' }).list('metric'), usage('--metric'))
})

t.test('integer() takes whole decimal numbers within its range and nothing else', async t => {
  t.equal(invocation().integer('n', 1, 9), undefined)
  for (const text of ['1', '9', '007']) {
    t.equal(invocation({ n: text }).integer('n', 1, 9), Number(text))
  }
  for (const text of ['0', '10', '1.0', '1e0', '0x1', '-1', '+1', ' 1', '', 'NaN', '٣']) {
    t.throws(() => invocation({ n: text }).integer('n', 1, 9), usage(/--n .* from 1 to 9/), text)
  }
})

t.test("path() is seen from the caller's directory, not from that of the process", async t => {
  t.equal(invocation().path('model.safetensors'), '/home/ada/model.safetensors')
  t.equal(invocation().path('../x'), '/home/x')
  t.equal(invocation().path('/y'), '/y')
})
