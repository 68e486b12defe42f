import { codeOf, mutateBytes, mutateJson } from '@soup/testing'
import t from 'tap'
import { encodeIndex, parseIndex } from '../../src/safetensors/shard-index.ts'

const INDEX = JSON.stringify({
  metadata: { total_size: 12, mergekit_version: '0.0.4' },
  weight_map: {
    'lm_head.weight': 'model-00002-of-00002.safetensors',
    'model.norm.weight': 'model-00001-of-00002.safetensors',
    x: 'model-00001-of-00002.safetensors'
  }
})

/** What is accepted names files beside the index only, and is written and read again as it is. */
function check(bytes: Uint8Array): void {
  const weightMap = parseIndex('i', bytes)
  for (const shard of weightMap.values()) {
    if (/[/\\:\p{Cc}]|^\.{1,2}$/u.test(shard)) throw new Error(`accepted ${JSON.stringify(shard)}`)
  }
  const again = parseIndex('i', encodeIndex('i', { totalSize: 12, weightMap }))
  if (again.size !== weightMap.size) throw new Error('a tensor was lost')
}

t.test('a damaged index is read or refused with a code', async t => {
  const seen = new Map<string | undefined, number>()
  for (let round = 0; round < 4000; round++) {
    const seed = `index ${round}`
    const bytes =
      round % 3 === 0 ? mutateBytes(Buffer.from(INDEX), seed) : Buffer.from(mutateJson(INDEX, seed))
    const code = await codeOf(() => check(bytes)).catch(cause => {
      throw new Error(`seed ${seed}`, { cause })
    })
    seen.set(code, (seen.get(code) ?? 0) + 1)
  }
  t.strictSame([...seen.keys()].sort(), ['SHARDS_INVALID', undefined])
  t.ok(seen.get(undefined)! > 100, 'some are still valid')
})
