import fc from 'fast-check'
import t from 'tap'
import type { Checkpoint } from '../../src/checkpoint.ts'
import { layOutShards } from '../../src/safetensors/shard-layout.ts'
import { planFile, planShards } from '../../src/write/plan.ts'
import { cutRuns, RUN_BYTES } from '../../src/write/runs.ts'

/** A checkpoint that is never read. */
function sized(sizes: readonly number[], isSequential: boolean): Checkpoint {
  const infos = sizes.map((sizeBytes, i) => {
    return { name: `t${i}`, dtype: 'U8', shape: [sizeBytes], sizeBytes }
  })
  return {
    name: 'sized',
    metadata: new Map(),
    tensors: new Map(infos.map(info => [info.name, info])),
    isSequential,
    open: () => t.fail('must not be read') as never,
    close: async () => {}
  }
}

const size = fc.oneof(
  fc.constantFrom(0, 1, RUN_BYTES - 1, RUN_BYTES, RUN_BYTES + 1, 3 * RUN_BYTES + 5),
  fc.nat(2 * RUN_BYTES)
)

t.test('runs cover every byte of every tensor once, in order, where the plan has it', async t => {
  fc.assert(
    fc.property(fc.array(size, { maxLength: 12 }), fc.boolean(), (sizes, isSequential) => {
      const checkpoint = sized(sizes, isSequential)
      const files = planShards(checkpoint, layOutShards(checkpoint, 5 * RUN_BYTES))
      const ends = new Map<string, number>()
      for (const part of cutRuns(checkpoint, files).flat()) {
        t.equal(part.offset, ends.get(part.tensor) ?? 0)
        t.equal(part.position, files[part.file]!.positions.get(part.tensor)! + part.offset)
        t.ok(part.sizeBytes > 0)
        ends.set(part.tensor, part.offset + part.sizeBytes)
      }
      for (const { name, sizeBytes } of checkpoint.tensors.values()) {
        t.equal(ends.get(name) ?? 0, sizeBytes)
      }
    })
  )
})

t.test('small tensors share a run; a large one is cut, unless it must be read whole', async t => {
  const sizes = [10, 10, 3 * RUN_BYTES]
  for (const [isSequential, expected] of [
    [false, [2, 1, 1, 1]],
    [true, [2, 1]]
  ] as const) {
    const checkpoint = sized(sizes, isSequential)
    const runs = cutRuns(checkpoint, [planFile(checkpoint)])
    t.strictSame(
      runs.map(run => run.length),
      expected
    )
  }
})
