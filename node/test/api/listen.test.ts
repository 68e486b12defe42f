import { createServer, type Server } from 'node:http'
import t, { type Test } from 'tap'
import { listen } from '../../src/api/listen.ts'

function server(t: Test): Server {
  const made = createServer((_request, response) => response.end('up'))
  t.teardown(() => made.close())
  return made
}

const none = (error: Error): void => void t.fail(String(error))

t.test('the URL names the host as it was given, and the port that was free', async t => {
  t.match(await listen(server(t), 'localhost:0', none), /^http:\/\/localhost:[1-9]\d*$/)
})

t.test('a port in use is named, with the way out', async t => {
  const address = (await listen(server(t), '127.0.0.1:0', none)).slice('http://'.length)
  await t.rejects(listen(server(t), address, none), {
    code: 'API_PORT_IN_USE',
    message: `${address}: another process listens there; choose another with --api HOST:PORT`,
    details: { address }
  })
})

t.test('an address that is not of this machine is named, with the way out', async t => {
  await t.rejects(listen(server(t), '203.0.113.7:0', none), {
    code: 'API_LISTEN',
    message: /203\.0\.113\.7:0: .*--api HOST:PORT/
  })
})

t.test('a server that is up goes on after a failure, and every failure is told', async t => {
  const errors: Error[] = []
  const up = server(t)
  const url = await listen(up, '127.0.0.1:0', error => errors.push(error))
  const failures = [new Error('accept EMFILE'), new Error('accept ENOBUFS')]
  for (const failure of failures) up.emit('error', failure)
  t.same(errors, failures)
  t.equal(await (await fetch(url)).text(), 'up')
})
