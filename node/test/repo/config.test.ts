import t from 'tap'
import { defaultConfig, MAX_CONFIG_ENTRIES, parseConfig } from '../../src/repo/config.ts'

const PATH = '/r/config.json'

t.test('parseConfig() fills what is missing with the defaults', async t => {
  t.same(parseConfig('{}', PATH), defaultConfig())
  t.same(parseConfig('{"listen":["/ip4/1.2.3.4/tcp/1"]}', PATH), {
    ...defaultConfig(),
    listen: ['/ip4/1.2.3.4/tcp/1']
  })
})

t.test('parseConfig() reads what was written', async t => {
  const config = { listen: [], bootstrap: ['/dns4/x/tcp/1/p2p/12D3KooW'], api: '[::1]:4191' }
  t.same(parseConfig(JSON.stringify(config), PATH), config)
})

t.test('a default is given anew each time, so that nobody changes it for all', async t => {
  defaultConfig().listen.push('x')
  t.notOk(defaultConfig().listen.includes('x'))
})

t.test('parseConfig() names the file and the setting that is wrong', async t => {
  const many = Array.from({ length: MAX_CONFIG_ENTRIES + 1 }, () => '/ip4/1.2.3.4/tcp/1')
  const cases: [string, RegExp][] = [
    ['', /not valid JSON/],
    ['{"listen":', /not valid JSON/],
    ['[]', /expected an object/],
    ['null', /expected an object/],
    ['7', /expected an object/],
    ['{"port":1}', /unknown setting 'port'/],
    ['{"__proto__":{"api":"x"}}', /unknown setting '__proto__'/],
    ['{"listen":"/ip4/1.2.3.4/tcp/1"}', /'listen' must be a list/],
    ['{"bootstrap":["ip4"]}', /'bootstrap' must be a list/],
    ['{"bootstrap":[7]}', /'bootstrap' must be a list/],
    [JSON.stringify({ listen: many }), /'listen' must be a list of at most 64/],
    ['{"api":"0.0.0.0:80"}', /'api' must be a loopback HOST:PORT.*got '0\.0\.0\.0:80'/],
    ['{"api":7}', /'api' must be a loopback/],
    ['{"api":null}', /'api' must be a loopback/]
  ]
  for (const [text, message] of cases) {
    t.throws(() => parseConfig(text, PATH), { code: 'CONFIG_INVALID', message }, text.slice(0, 40))
    t.throws(() => parseConfig(text, PATH), { message: PATH, details: { path: PATH } })
  }
})
