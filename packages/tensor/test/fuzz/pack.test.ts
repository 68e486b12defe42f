import { codeOf, mutateBytes, mutateJson } from '@soup/testing'
import t from 'tap'
import type { Checkpoint } from '../../src/checkpoint.ts'
import { isCompanionName } from '../../src/model/companion-names.ts'
import { packModel } from '../../src/model/pack.ts'
import { planModel } from '../../src/model/plan-model.ts'
import { unpackModel } from '../../src/model/unpack.ts'
import { openSafetensors } from '../../src/safetensors/reader.ts'
import { writeSafetensors } from '../../src/safetensors/writer.ts'
import { memorySink, source } from '../fixtures.ts'
import { companion, findIn, model } from '../model/folders.ts'

const FILES = { 'config.json': '{"dtype":"bfloat16"}', 'vocab.txt': 'words' }
const BASE = [companion('vocab.txt', 'words')]
const LAYOUT = {
  kind: 'folder',
  shards: [
    { fileName: 'model-00001-of-00002.safetensors', tensors: ['a', 'b'] },
    { fileName: 'model-00002-of-00002.safetensors', tensors: ['c'] }
  ]
} as const
const PACKED = packModel(model({ a: 1, b: 2, c: 3 }, FILES, LAYOUT), { except: BASE })

/** Unpacks what may be anything and plans it: only files that may lie beside weights come out. */
async function check(packed: Checkpoint): Promise<void> {
  const unpacked = unpackModel(packed, { findFile: findIn(BASE) })
  const { layout } = unpacked
  for (const fileName of unpacked.files.keys()) {
    const isGraph = layout.kind === 'onnx' && fileName === layout.graph
    const isElsewhere = fileName === 'adapter_config.json' && layout.kind !== 'adapter'
    if ((!isCompanionName(fileName) && !isGraph) || isElsewhere) {
      throw new Error(`accepted ${fileName}`)
    }
  }
  for (const { fileName } of await planModel(unpacked, unpacked, { dtype: 'F32' })) {
    if (/[/\\:\p{Cc}]|^\.{1,2}$/u.test(fileName)) throw new Error(`planned ${fileName}`)
  }
}

t.test('damaged metadata are unpacked or refused with a code', async t => {
  const seen = new Map<string | undefined, number>()
  for (let round = 0; round < 2000; round++) {
    const key = round % 2 === 0 ? 'soup.layout' : 'soup.files'
    const seed = `metadata ${round}`
    const metadata = new Map(PACKED.metadata).set(key, mutateJson(PACKED.metadata.get(key)!, seed))
    const code = await codeOf(() => check({ ...PACKED, metadata })).catch(cause => {
      throw new Error(`seed ${seed}`, { cause })
    })
    seen.set(code, (seen.get(code) ?? 0) + 1)
  }
  const codes = ['COMPANION_MISSING', 'LAYOUT_MISMATCH', 'PACK_INVALID', 'PACK_SHA256', undefined]
  t.strictSame([...seen.keys()].sort(), codes)
})

t.test('a damaged payload is unpacked or refused with a code', async t => {
  const sink = memorySink()
  await writeSafetensors(PACKED, sink)
  const seen = new Set<string | undefined>()
  for (let round = 0; round < 1500; round++) {
    const seed = `payload ${round}`
    const bytes = mutateBytes(sink.bytes(), seed)
    const code = await codeOf(async () => await check(await openSafetensors(source(bytes)))).catch(
      cause => {
        throw new Error(`seed ${seed}`, { cause })
      }
    )
    seen.add(code)
  }
  t.ok(seen.has(undefined) && seen.has('SAFETENSORS_INVALID') && seen.has('PACK_INVALID'))
})
