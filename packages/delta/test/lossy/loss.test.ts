import t from 'tap'
import { encodeLoss, LossSum, payloadLoss } from '../../src/lossy/loss.ts'
import { checkpoint } from '../fixtures.ts'
import { packed } from './fixtures.ts'

function lossOf(expert: number[], base: number[], rebuilt: number[]) {
  const sum = new LossSum()
  const [ours, theirs, estimate] = [expert, base, rebuilt].map(list => packed('F64', list))
  sum.add(ours!, theirs!, estimate!, 'F64')
  return sum.loss()
}

t.test('the relative error and the cosine are those of the deltas', t => {
  t.strictSame(lossOf([4, 3], [1, -1], [4, 3]), { relativeError: 0, cosine: 1 })
  t.strictSame(lossOf([4, 3], [1, -1], [1, -1]), { relativeError: 1, cosine: 0 })
  t.strictSame(lossOf([4, 3], [1, -1], [-2, -5]), { relativeError: 2, cosine: -1 })
  t.strictSame(lossOf([4, 4], [1, 0], [4, 0]), { relativeError: 0.8, cosine: 0.6 })
  t.strictSame(lossOf([1], [1], [1]), { relativeError: 0, cosine: 1 }, 'nothing to lose')
  t.end()
})

t.test('sums of parts make the whole; what is not finite is seen', t => {
  const [whole, part] = [new LossSum(), new LossSum()]
  const [a, b] = [packed('F32', [4, 0]), packed('F32', [1, 0])]
  part.add(a, b, a, 'F32')
  whole.merge(part)
  whole.add(packed('F32', [4]), packed('F32', [0]), packed('F32', [0]), 'F32')
  t.strictSame(whole.loss(), { relativeError: 0.8, cosine: 0.6 })
  t.ok(whole.isFinite)
  part.add(packed('F64', [1e300]), packed('F64', [0]), packed('F64', [0]), 'F64')
  t.notOk(part.isFinite)
  t.end()
})

t.test('payloadLoss() gives what was encoded, nothing for an exact payload', t => {
  const loss = { relativeError: 0.25, cosine: 0.5 }
  const payload = checkpoint('p', [], [['soup.loss', encodeLoss(loss)]])
  t.strictSame(payloadLoss(payload), loss)
  t.equal(payloadLoss(checkpoint('p', [])), undefined)
  t.end()
})

t.test('payloadLoss() refuses what is no loss', t => {
  const broken = [
    '',
    '{',
    'null',
    '[]',
    '{"relativeError":-1,"cosine":1}',
    '{"relativeError":1e999,"cosine":1}',
    '{"relativeError":"0","cosine":1}',
    '{"relativeError":0,"cosine":1.5}',
    '{"relativeError":0}',
    `{"relativeError":0,"cosine":1,"x":"${'x'.repeat(1000)}"}`
  ]
  for (const text of broken) {
    const payload = checkpoint('p', [], [['soup.loss', text]])
    t.throws(() => payloadLoss(payload), { code: 'DELTA_INVALID', message: /soup.loss/ }, text)
  }
  t.end()
})
