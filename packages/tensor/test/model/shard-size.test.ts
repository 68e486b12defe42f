import t from 'tap'
import { parseShardSize } from '../../src/model/shard-size.ts'

t.test('sizes are those of Hugging Face', async t => {
  const sizes = {
    '1': 1,
    '1048576': 2 ** 20,
    '5GB': 5e9,
    '500MB': 5e8,
    '2GiB': 2 ** 31,
    '3KB': 3000
  }
  for (const [text, bytes] of Object.entries(sizes)) t.equal(parseShardSize(text), bytes, text)
  t.equal(parseShardSize('1TB'), 1e12)
  t.equal(parseShardSize('8191TiB'), 8191 * 2 ** 40)
})

for (const text of [
  '',
  '0',
  '0GB',
  '-1',
  '1.5GB',
  '5Gb',
  '5gb',
  '5 GB',
  'GB',
  '5PB',
  '1e9',
  '9007199254740992',
  '8192TiB',
  '٣',
  '5GBx'
]) {
  t.test(`${JSON.stringify(text)} is no shard size`, async t => {
    t.throws(() => parseShardSize(text), {
      code: 'SHARD_SIZE',
      message: /expected bytes as in 5GB/
    })
  })
}
