import t from 'tap'
import { payloadContents } from '../../src/contents.ts'
import { codecFormat, isLossyCodec, LOSSY_CODECS, pieceCodec } from '../../src/lossy/codecs.ts'
import { checkpoint } from '../fixtures.ts'

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
