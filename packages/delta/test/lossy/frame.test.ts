import t from 'tap'
import { maxFrameBytes, packFrame, unpackFrame } from '../../src/lossy/frame.ts'
import { noise } from '../fixtures.ts'

t.test('bytes come back, in a frame of bounded size', t => {
  for (const size of [0, 1, 1000, 2 ** 17, 2 ** 20]) {
    const bytes = noise(size, size)
    const frame = packFrame(bytes)
    t.ok(frame.length <= maxFrameBytes(size), `${size} bytes in ${frame.length}`)
    t.ok(Buffer.compare(unpackFrame(frame, size), bytes) === 0)
  }
  t.end()
})

t.test('a bomb, a cut frame and what is no frame are refused', t => {
  const bomb = packFrame(new Uint8Array(2 ** 24))
  t.throws(() => unpackFrame(bomb, 1000), { message: /not zstd data, or too large/ })
  t.throws(() => unpackFrame(packFrame(noise(1, 100)).subarray(0, 50), 100), RangeError)
  t.throws(() => unpackFrame(noise(1, 100), 100), RangeError)
  t.throws(() => unpackFrame(new Uint8Array(0), 100), RangeError)
  t.end()
})
