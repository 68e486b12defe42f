import { join } from 'node:path'
import { describeTensors } from '@soup/tensor'
import t from 'tap'
import { identifyJob } from '../../src/jobs/describe.ts'
import { encodeJob } from '../../src/jobs/encode.ts'
import { openPacked, withModel } from '../../src/jobs/model.ts'
import { checkResult, openExpert } from '../../src/jobs/open-expert.ts'
import { writeAdapter, writeFolder } from '../folders.ts'

const file = (path: string) => ({ kind: 'file', path }) as const
const folder = t.testdir({})
const base = file(await writeFolder(join(folder, 'base'), { shards: 2 }))
const tuned = file(await writeFolder(join(folder, 'tuned'), { step: 1, isUntied: true }))
const adapter = file(await writeAdapter(join(folder, 'adapter'), 1))

const never = () => Promise.reject(new Error('another copy was opened'))

for (const [name, expert, fileNames] of [
  ['whole model', tuned, ['config.json', 'generation_config.json', 'tokenizer.json']],
  ['adapter', adapter, ['adapter_config.json']]
] as const) {
  t.test(`openExpert() gives the ${name} that was published, in its own form`, async t => {
    const delta = { kind: 'packed', path: join(folder, `delta of ${name}`) } as const
    const { id: result, codec } = await encodeJob({ base, expert, path: delta.path }, {})
    t.equal(result, await identifyJob({ model: expert }, {}))
    const packed = await openPacked(delta)
    await withModel(base, async from => {
      const spec = { kind: 'expert', id: 'e', result, codec, base, delta } as const
      const opened = await openExpert(spec, from, packed, never)
      await withModel(expert, async original => {
        t.same(opened.layout, original.layout)
        t.same([...opened.files.keys()], fileNames)
        for (const [fileName, companion] of opened.files) {
          t.same(await companion.read(), await original.files.get(fileName)!.read(), fileName)
        }
        t.same(await describeTensors(opened), await describeTensors(original))
      })
      const other = { ...spec, result: 'bafyother' }
      await t.rejects(openExpert(other, from, packed, never), {
        code: 'EXPERT_MISMATCH',
        details: { id: 'e', expected: 'bafyother', got: result }
      })
    })
    t.equal(checkResult({ id: 'e', result, codec }, packed).length > 0, true)
    await packed.close()
  })
}
