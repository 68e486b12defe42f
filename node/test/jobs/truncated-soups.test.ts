import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Progress } from '@soup/interface'
import { memorySpool, readTensor } from '@soup/tensor'
import t from 'tap'
import { type ModelSpec, withModel } from '../../src/jobs/model.ts'
import type { SoupSpec } from '../../src/jobs/open-soup.ts'
import { withoutTruncation, withTruncatedSoups } from '../../src/jobs/truncated-soups.ts'
import { writeJob } from '../../src/jobs/write.ts'
import { hashes, writeAdapter, writeFolder } from '../folders.ts'

const file = (path: string) => ({ kind: 'file', path }) as const
const folder = t.testdir({ out: {} })
const path = (name: string) => join(folder, name)
const out = path('out')
const base = file(await writeFolder(path('base'), { dtype: 'BF16' }))
const one = file(await writeAdapter(path('one'), 1))
const two = file(await writeAdapter(path('two'), 2))

/** The soup of two models, half each. */
function half(first: ModelSpec, second: ModelSpec, more: Partial<SoupSpec> = {}): SoupSpec {
  const ingredients = [first, second].map((model, i) => ({ name: `e${i}`, lambda: 0.5, model }))
  return { kind: 'soup', base, method: 'linear', ingredients, ...more }
}

const cut = half(one, two, { method: 'product', parameters: { rank: 1 } })

/** Bytes of the factors, by name, and what was lost. */
async function factors(spec: ModelSpec) {
  return await withModel(
    spec,
    async model => {
      const bytes: Record<string, string> = {}
      for (const name of [...model.tensors.keys()].sort()) {
        bytes[name] = Buffer.from(await readTensor(model, name)).toString('hex')
      }
      const { relativeError } = model as { relativeError?: number }
      return { bytes, files: [...model.files.keys()], relativeError }
    },
    { spool: memorySpool() }
  )
}

t.test('what is cut is computed into a file, with the same bytes and its error', async t => {
  const expected = await factors(cut)
  await withTruncatedSoups(
    out,
    async truncation => {
      const model = await truncation.compute({ kind: 'named', name: 'x', model: cut })
      t.match(model, { kind: 'named', name: 'x', model: { model: { kind: 'packed' } } })
      t.same(await factors(model), { ...expected, relativeError: undefined })
      t.equal(truncation.relativeError(model), expected.relativeError)
      t.ok(expected.relativeError! > 0.01)
    },
    {}
  )
  t.same(await readdir(out), [], 'and it is gone')
})

t.test('a soup in several models is computed once; a model without one stays as it is', async t => {
  const started: string[] = []
  const onProgress = ({ stage, done }: Progress) => void (done === 0 && started.push(stage))
  await withTruncatedSoups(
    out,
    async truncation => {
      const [first, second] = [
        await truncation.compute(half(cut, one)),
        await truncation.compute(half(two, cut, { method: 'ties' }))
      ]
      t.equal(truncation.relativeError(first), undefined)
      t.same(started, ['truncate adapters'])
      await withModel(second, async model => void t.equal(model.layout.kind, 'folder'))
      const plain = half(one, two)
      t.equal(await truncation.compute(plain), plain)
      t.equal(await withoutTruncation(plain), plain)
    },
    { onProgress }
  )
})

t.test('what does not fit is told before anything is computed', async t => {
  const job = (spec: SoupSpec) =>
    withTruncatedSoups(out, ({ compute }) => compute(spec), {
      onProgress: () => t.fail('it was computed')
    })
  await t.rejects(job(half(cut, one, { method: 'slerp', extrapolate: true })), {
    code: 'SOUP_LAMBDA'
  })
  await t.rejects(job({ ...cut, tensorLambda: [{ glob: '*', lambda: [1, 0] }] }), {
    code: 'SOUP_LAMBDA'
  })
})

t.test('it is not computed while a model is opened', async t => {
  await t.rejects(
    withModel(cut, async () => undefined),
    RangeError
  )
  await withModel(await withoutTruncation(half(cut, one)), async ({ tensors }) => {
    t.ok(tensors.has('model.norm.weight'))
  })
})

t.test('a signal ends the work, and leaves nothing', async t => {
  const controller = new AbortController()
  const onProgress = ({ done }: Progress) => void (done === 1 && controller.abort())
  const { signal } = controller
  const job = writeJob({ models: [{ model: cut, folder: out }] }, { signal, onProgress })
  await t.rejects(job, { name: 'AbortError' })
  t.same(await readdir(out), [])
})

t.test('a written soup has the bytes of the opened one', async t => {
  const [adapter] = await writeJob({ models: [{ model: cut, folder: out }] }, {})
  t.equal(adapter!.relativeError, (await factors(cut)).relativeError)
  t.same(Object.keys(await hashes(out)), ['adapter_config.json', 'adapter_model.safetensors'])
  const { bytes } = await factors(file(out))
  t.same(bytes, (await factors(cut)).bytes)
})
