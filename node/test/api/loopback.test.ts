import t from 'tap'
import { isLoopback, parseHostPort } from '../../src/api/loopback.ts'

t.test('parseHostPort() takes a name, an IPv4 or a bracketed IPv6 address with a port', async t => {
  t.same(parseHostPort('127.0.0.1:0'), { host: '127.0.0.1', port: 0 })
  t.same(parseHostPort('[::1]:65535'), { host: '[::1]', port: 65_535 })
  t.same(parseHostPort('LocalHost:80'), { host: 'localhost', port: 80 })
})

t.test('parseHostPort() refuses everything else', async t => {
  const bad = ['', ':80', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '127.0.0.1:-1', '::1:80']
  const odd = ['[::1]', '[x]:80', 'a:b:80', '127.0.0.1:80/', '127.0.0.1:80\n', 'a:8 0', 'a:0x50']
  for (const text of [...bad, ...odd]) t.equal(parseHostPort(text), undefined, text)
})

t.test('isLoopback() is true of hosts that only this machine reaches', async t => {
  for (const text of ['127.0.0.1:1', '[::1]:1', 'localhost:1', 'LOCALHOST:1']) {
    t.equal(isLoopback(text), true, text)
  }
  const foreign = ['0.0.0.0:1', '[::]:1', '127.0.0.1.evil.example:1', 'localhost.evil.example:1']
  for (const text of [...foreign, 'evil.example:1', '192.168.1.2:1', '127.0.0.1']) {
    t.equal(isLoopback(text), false, text)
  }
})
