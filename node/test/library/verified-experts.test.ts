import t from 'tap'
import { expertsRead, isVerified, rememberVerified } from '../../src/library/verified-experts.ts'
import { kitchen, repo, withNode } from '../run-cli.ts'

const SOUP = { kind: 'recipe', v: 1, base: 'b', method: 'linear' } as const

t.test('what was verified is remembered', async t => {
  await withNode(await repo(t), async node => {
    await rememberVerified(node, ['a', 'b'])
    t.equal(await isVerified(node, 'a'), true)
    t.equal(await isVerified(node, 'c'), false)
  })
})

t.test('expertsRead() leaves out what a soup does not read whole', async t => {
  const inner = { ...SOUP, sha256: '', ingredients: [{ expert: 'd' }, { expert: 'e', lambda: 0 }] }
  const ingredients = [
    { expert: 'a', lambda: 0.5 },
    { expert: 'b', lambda: 0 },
    { expert: 'c' },
    { recipe: inner, lambda: 0.5 }
  ]
  t.same(expertsRead({ ...SOUP, ingredients }), ['a', 'c', 'd'])
  const tensorLambda = [{ glob: '*', lambda: [0, 1, 0, 0] }]
  t.same(expertsRead({ ...SOUP, ingredients, tensorLambda }), [])
})

t.test('expertsRead() leaves out what a scale takes to nothing', t => {
  const read = (scale: number, lambda: number) => {
    const recipe = { ...SOUP, method: 'task-arithmetic', parameters: { scale } }
    return expertsRead({ ...recipe, ingredients: [{ expert: 'a', lambda }] })
  }
  t.same(read(-2, 3), ['a'])
  t.same(read(0, 1), [])
  t.same(read(1e-6, 1e-320), [], 'their product is 0')
  t.end()
})

t.test('an expert that a soup did not read is not remembered as verified', async t => {
  const at = await kitchen(t)
  const nothing = ['--method', 'task-arithmetic', '--set', 'scale=0']
  await at.json('soup', `${at.one}=1`, ...nothing, '--out', 'nothing')
  await withNode(at, async node => t.equal(await isVerified(node, at.one), false))
})

t.test('checkout and soup remember what they verified', async t => {
  const at = await kitchen(t)
  await at.json('checkout', at.one, '--out', 'out')
  await withNode(at, async node => {
    t.equal(await isVerified(node, at.one), true)
    t.equal(await isVerified(node, at.two), false)
  })
  await at.json('soup', `${at.one}=0.5`, `${at.two}=0.5`, '--out', 'soup')
  await withNode(at, async node => t.equal(await isVerified(node, at.two), true))
})
