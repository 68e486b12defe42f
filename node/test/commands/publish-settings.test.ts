import t from 'tap'
import { Invocation, type OptionValue } from '../../src/commands/invocation.ts'
import { codecOf, privacyOf } from '../../src/commands/publish-settings.ts'

const asked = (options: Record<string, OptionValue>) =>
  new Invocation({ args: [], options, cwd: '/' })

t.test('codecOf() gives the codec with its settings, or leaves the choice', async t => {
  const cases: [Record<string, string>, unknown][] = [
    [{}, undefined],
    [{ codec: 'exact' }, { name: 'exact' }],
    [{ codec: 'lora' }, { name: 'lora', rank: undefined }],
    [
      { codec: 'lora', rank: '16' },
      { name: 'lora', rank: 16 }
    ],
    [
      { codec: 'sparse', density: '0.25' },
      { name: 'sparse', density: 0.25 }
    ],
    [{ codec: 'int8' }, { name: 'int8', density: undefined }],
    [{ codec: 'bit1' }, { name: 'bit1', density: undefined }]
  ]
  for (const [options, expected] of cases) {
    t.strictSame(codecOf(asked(options)), expected, JSON.stringify(options))
  }
})

t.test('codecOf() refuses settings of another codec, and codecs that do not exist', async t => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ codec: 'toString' }, /knows exact, lora, sparse, int8, bit1, got 'toString'/],
    [{ rank: '4' }, /--rank goes with --codec lora/],
    [{ codec: 'lora', rank: '1025' }, /from 1 to 1024/],
    [{ codec: 'exact', density: '0.5' }, /--density goes with/],
    [{ codec: 'sparse', density: '0' }, /more than 0/],
    [{ codec: 'sparse', density: 'some' }, /wants a number/]
  ]
  for (const [options, message] of cases) {
    t.throws(() => codecOf(asked(options)), { code: 'USAGE', message }, JSON.stringify(options))
  }
})

t.test('privacyOf() wants a bound and a noise, or neither', async t => {
  t.equal(privacyOf(asked({})), undefined)
  t.strictSame(privacyOf(asked({ 'dp-clip': '2', 'dp-noise': '0' })), { clip: 2, noise: 0 })
  const cases: [Record<string, string>, RegExp][] = [
    [{ 'dp-clip': '1' }, /go together/],
    [{ 'dp-noise': '1' }, /go together/],
    [{ 'dp-clip': '0', 'dp-noise': '1' }, /--dp-clip wants more than 0/],
    [{ 'dp-clip': '1', 'dp-noise': '-1' }, /--dp-noise wants a number/],
    [{ 'dp-clip': '2e9', 'dp-noise': '1' }, /--dp-clip wants a number/]
  ]
  for (const [options, message] of cases) {
    t.throws(() => privacyOf(asked(options)), { code: 'USAGE', message }, JSON.stringify(options))
  }
})
