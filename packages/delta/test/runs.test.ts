import type { Checkpoint } from '@soup/tensor'
import t from 'tap'
import { RUN_BYTES } from '../src/limits.ts'
import { cutRuns } from '../src/runs.ts'

const sizes = (...list: number[]) =>
  ({
    tensors: new Map(list.map((sizeBytes, i) => [`${i}`, { name: `${i}`, sizeBytes }]))
  }) as unknown as Checkpoint

t.test('small tensors share a run, large ones are cut, empty ones need none', async t => {
  t.strictSame(cutRuns(sizes()), [])
  t.strictSame(cutRuns(sizes(4, 0, RUN_BYTES - 4, 2 * RUN_BYTES + 8, 8)), [
    [
      { tensor: '0', offset: 0, sizeBytes: 4 },
      { tensor: '2', offset: 0, sizeBytes: RUN_BYTES - 4 }
    ],
    [{ tensor: '3', offset: 0, sizeBytes: RUN_BYTES }],
    [{ tensor: '3', offset: RUN_BYTES, sizeBytes: RUN_BYTES }],
    [
      { tensor: '3', offset: 2 * RUN_BYTES, sizeBytes: 8 },
      { tensor: '4', offset: 0, sizeBytes: 8 }
    ]
  ])
})
