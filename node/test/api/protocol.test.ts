import t from 'tap'
import { MAX_REQUEST_ENTRIES, parseRunRequest } from '../../src/api/protocol.ts'

const REQUEST = {
  command: 'publish',
  args: ['x.safetensors'],
  options: { reward: 'risky', share: true, metric: ['a=1'] },
  cwd: '/home/ada'
}

t.test('parseRunRequest() gives what was sent and drops what it does not know', async t => {
  t.same(parseRunRequest(JSON.stringify({ ...REQUEST, more: 1 })), REQUEST)
})

t.test('parseRunRequest() says what is wrong', async t => {
  const long = Array.from({ length: MAX_REQUEST_ENTRIES + 1 }, () => 'x')
  const many = Object.fromEntries(long.map((_, i) => [`o${i}`, 'x']))
  const cases: [object, RegExp][] = [
    [{ command: 7 }, /'command'/],
    [{ args: 'x' }, /'args'/],
    [{ args: [7] }, /'args'/],
    [{ args: long }, /'args'/],
    [{ options: [] }, /'options'/],
    [{ options: null }, /'options'/],
    [{ options: { a: 7 } }, /'options'/],
    [{ options: { a: { b: 'c' } } }, /'options'/],
    [{ options: { a: [true] } }, /'options'/],
    [{ options: { a: long } }, /'options'/],
    [{ options: many }, /'options'/],
    [{ cwd: 7 }, /'cwd'/],
    [{ cwd: 'relative' }, /'cwd'/]
  ]
  for (const [change, message] of cases) {
    const text = JSON.stringify({ ...REQUEST, ...change })
    t.match(parseRunRequest(text), message, text.slice(0, 90))
  }
  t.match(parseRunRequest('{'), /not JSON/)
  for (const text of ['[]', 'null', '"x"']) t.match(parseRunRequest(text), /not an object/)
})
