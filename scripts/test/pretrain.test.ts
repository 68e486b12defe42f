import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tasks } from '@soup/tasks'
import { fileSource, openSafetensors } from '@soup/tensor'
import t from 'tap'
import { main } from '../pretrain.ts'

t.test('pretrain writes the same policy for the same seed, over what was there', async t => {
  const folder = t.testdir({ 'base.safetensors': 'old' })
  const out = join(folder, 'base.safetensors')
  const argv = ['--out', out, '--seed', '3', '--iterations', '2', '--workers', '1']
  const log = t.capture(console, 'log')
  await main(argv)
  const first = readFileSync(out)
  await main(argv)
  t.same(readFileSync(out), first)
  t.same(readdirSync(folder), ['base.safetensors'])
  t.match(log()[0]?.args[0], /sha256 [0-9a-f]{64}/)
  const base = await openSafetensors(await fileSource(out))
  t.teardown(() => base.close())
  tasks.get('locomotion')!.checkPolicy(base)
})

t.test('pretrain refuses options that it does not understand, and writes nothing', async t => {
  const folder = t.testdir()
  const out = join(folder, 'base.safetensors')
  for (const argv of [['--seed', 'x'], ['--iterations', '-1'], ['--speed', '9'], ['more']]) {
    await t.rejects(main(['--out', out, ...argv]))
  }
  t.same(readdirSync(folder), [])
})

t.test('an aborted pre-training writes nothing', async t => {
  const folder = t.testdir()
  const reason = new Error('enough')
  const argv = ['--out', join(folder, 'base.safetensors'), '--workers', '1']
  await t.rejects(main(argv, AbortSignal.abort(reason)), reason)
  t.same(readdirSync(folder), [])
})
