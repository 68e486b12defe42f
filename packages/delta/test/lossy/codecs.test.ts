import t from 'tap'
import { payloadContents } from '../../src/contents.ts'
import { codecFormat, isLossyCodec, LOSSY_CODECS, pieceCodec } from '../../src/lossy/codecs.ts'
import { checkpoint } from '../fixtures.ts'
import { numbers, packed } from './fixtures.ts'
import { throughPiece } from './pieces.ts'
import { REFERENCE } from './reference.ts'

t.test('every lossy codec has a format that payloads may name', t => {
  for (const codec of LOSSY_CODECS) {
    t.ok(isLossyCodec(codec))
    t.ok(pieceCodec(codec).maxPieceBytes(4, 'F32') > 0)
    const metadata: [string, string][] = [
      ['soup.codec', codecFormat(codec)],
      ['soup.tensors', '[]'],
      ['soup.metadata', '[]']
    ]
    t.strictSame(payloadContents(checkpoint('p', [], metadata)).tensors, [])
  }
  t.notOk(isLossyCodec('exact'))
  t.notOk(isLossyCodec('constructor'))
  t.end()
})

t.test("pieces decode the same by what the package's page says of their formats", async t => {
  const weights = numbers(1, 3001)
  const steps = numbers(2, 3001)
  const cases: Record<string, number[]> = {
    'small steps': steps.map(step => step / 1000),
    'steps here and there': steps.map((step, i) => (i % 700 === 1 ? step : 0)),
    'a huge step': steps.with(5, 3.4e38)
  }
  for (const codec of LOSSY_CODECS) {
    for (const [what, list] of Object.entries(cases)) {
      const base = packed('F32', weights.with(5, 0).with(6, -0))
      const expert = packed(
        'F32',
        weights
          .with(5, 0)
          .with(6, -0)
          .map((weight, i) => (list[i] === 0 ? weight : weight + list[i]!))
      )
      for (const density of [0.01, 1]) {
        const { stored, rebuilt } = await throughPiece(
          pieceCodec(codec),
          'F32',
          expert,
          base,
          density
        )
        const expected = REFERENCE[codec](Buffer.from(stored!), base)
        t.ok(Buffer.compare(rebuilt, expected) === 0, `${codec}, ${what}, density ${density}`)
      }
    }
  }
})
