import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { MAX_REQUEST_BYTES, RUN_PATH } from '../../src/api/protocol.ts'
import { type RunHandler, serveApi } from '../../src/api/server.ts'
import { NodeError } from '../../src/errors.ts'

const TOKEN = 'a'.repeat(43)
const REQUEST = { command: 'status', args: [], options: {}, cwd: '/' }
const never: RunHandler = () => Promise.reject(new Error('it must not run'))

async function serve(t: Test, handler: RunHandler, address = '127.0.0.1:0') {
  const api = await serveApi(address, TOKEN, handler, line => t.fail(line))
  t.teardown(() => api.close())
  return api
}

interface Call {
  method?: string
  path?: string
  headers?: Record<string, string | string[]>
  body?: string
}

/** A call as the client makes it, but for what a test changes. */
async function call(url: string, { method = 'POST', path = RUN_PATH, headers, body }: Call = {}) {
  const request = httpRequest(url + path, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    agent: false
  })
  request.end(body ?? JSON.stringify(REQUEST))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return { status: response.statusCode, body: await text(response) }
}

t.test('a call gets progress lines, then one result', async t => {
  const { url } = await serve(t, async (request, emit) => {
    t.same(request, REQUEST)
    emit({ progress: { stage: 'a', done: 1, unit: 'bytes' } })
    return { peerId: 'x' }
  })
  const { status, body } = await call(url)
  t.equal(status, 200)
  t.same(
    body
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line)),
    [{ progress: { stage: 'a', done: 1, unit: 'bytes' } }, { result: { peerId: 'x' } }]
  )
})

t.test('progress that comes after the answer is dropped', async t => {
  let late = (): void => {}
  const { url } = await serve(t, async (_request, emit) => {
    late = () => emit({ progress: { stage: 'late', done: 1, unit: 'bytes' } })
    setImmediate(late) // the answer has ended by then, and its connection may not have closed yet
    return 1
  })
  const { body } = await call(url)
  late()
  t.match(body, /\{"result":1\}\n$/)
})

t.test('a command without an answer gives null, a failed one its code and details', async t => {
  let isFirst = true
  const { url } = await serve(t, async () => {
    if (!isFirst) throw new NodeError('NOT_PULLED', 'no', { details: { id: 'b' } })
    isFirst = false
  })
  t.equal((await call(url)).body, '{"result":null}\n')
  const error = { code: 'NOT_PULLED', message: 'no', details: { id: 'b' } }
  t.same(JSON.parse((await call(url)).body), { error })
})

t.test('only the right token is let in', async t => {
  const { url } = await serve(t, never)
  const wrong = ['', TOKEN, `Bearer ${TOKEN}x`, `Bearer ${'b'.repeat(43)}`, `Basic ${TOKEN}`]
  for (const authorization of wrong) {
    const { status, body } = await call(url, { headers: { authorization } })
    t.equal(status, 401, authorization)
    t.match(JSON.parse(body), { error: { code: 'API_REFUSED', message: 'token' } })
  }
})

t.test('a name that only resolves to loopback is refused, whatever the token', async t => {
  const { url } = await serve(t, never)
  for (const host of [
    'evil.example:80',
    'evil.example',
    '127.0.0.1.evil.example:1',
    '10.0.0.1:1'
  ]) {
    const { status, body } = await call(url, { headers: { host } })
    t.equal(status, 403, host)
    t.match(body, 'Host')
  }
})

t.test('a web page is refused, also one of this machine', async t => {
  const { url } = await serve(t, never)
  for (const origin of ['https://evil.example', 'null', url, '']) {
    t.equal((await call(url, { headers: { origin } })).status, 403, origin)
  }
})

t.test('there is one path and one method', async t => {
  const { url } = await serve(t, never)
  t.equal((await call(url, { path: '/' })).status, 404)
  t.equal((await call(url, { path: `${RUN_PATH}/x` })).status, 404)
  for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
    t.equal((await call(url, { method, body: '' })).status, 405, method)
  }
})

t.test('a body that is no request is refused with the reason', async t => {
  const { url } = await serve(t, never)
  const { status, body } = await call(url, { body: '{' })
  t.equal(status, 400)
  t.match(body, 'not JSON')
})

t.test('a body of the largest size is read, a larger one is refused', async t => {
  const { url } = await serve(t, async () => 1)
  const text = JSON.stringify(REQUEST)
  t.equal((await call(url, { body: text.padEnd(MAX_REQUEST_BYTES) })).status, 200)
  const { status, body } = await call(url, { body: text.padEnd(MAX_REQUEST_BYTES + 1) })
  t.equal(status, 413)
  t.match(body, String(MAX_REQUEST_BYTES))
})

t.test('who sends too much can send all of it, and is told why it was refused', async t => {
  const { url } = await serve(t, never)
  const cases: [string, number, RegExp][] = [
    [TOKEN, 413, /exceeds/],
    ['wrong', 401, /token/]
  ]
  for (const [token, status, message] of cases) {
    const request = httpRequest(url + RUN_PATH, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      agent: false
    })
    const response = once(request, 'response') as Promise<[IncomingMessage]>
    request.end(Buffer.alloc(16 * MAX_REQUEST_BYTES)) // far more than the buffers between the two hold
    await t.resolves(once(request, 'finish'))
    const [answer] = await response
    t.equal(answer.statusCode, status)
    t.match(JSON.parse(await text(answer)), { error: { code: 'API_REFUSED', message } })
  }
})

t.test('a body without an end is cut off at the limit', async t => {
  const { url } = await serve(t, never)
  const request = httpRequest(url + RUN_PATH, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    agent: false
  })
  request.on('error', () => undefined)
  const response = once(request, 'response') as Promise<[IncomingMessage]>
  request.write(Buffer.alloc(MAX_REQUEST_BYTES + 1, ' '))
  const [{ statusCode }] = await response
  t.equal(statusCode, 413)
  request.destroy()
})

t.test('a caller that hangs up cancels its command', async t => {
  const started = Promise.withResolvers<void>()
  const cancelled = Promise.withResolvers<unknown>()
  const { url } = await serve(t, async (_request, _emit, signal) => {
    signal.addEventListener('abort', () => cancelled.resolve(signal.reason))
    started.resolve()
    await cancelled.promise
  })
  const request = httpRequest(url + RUN_PATH, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    agent: false
  })
  request.on('error', () => undefined)
  request.end(JSON.stringify(REQUEST))
  await started.promise
  request.destroy()
  t.match(await cancelled.promise, { code: 'API_CALLER_GONE' })
})

t.test('close() cancels what is under way and tells the caller why', async t => {
  const started = Promise.withResolvers<void>()
  const api = await serve(t, (_request, _emit, signal) => {
    started.resolve()
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  })
  const answer = call(api.url)
  await started.promise
  await api.close()
  t.match(JSON.parse((await answer).body), { error: { code: 'API_CLOSED' } })
  await t.rejects(call(api.url), { code: 'ECONNREFUSED' })
})

t.test('close() tells the caller of a command that takes its time to end', async t => {
  const started = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<void>()
  t.teardown(ending.resolve)
  const api = await serve(t, async () => {
    started.resolve()
    await ending.promise
  })
  const answer = call(api.url)
  await started.promise
  const closed = api.close()
  t.match(JSON.parse((await answer).body), { error: { code: 'API_CLOSED' } })
  ending.resolve()
  await closed
})

t.test('close() does not wait for callers that keep their connection', async t => {
  const api = await serve(t, async () => 1)
  const { port } = new URL(api.url)
  const socket = connect(Number(port), '127.0.0.1')
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  const began = performance.now()
  await api.close()
  t.ok(performance.now() - began < 1_000)
})

t.test('close() waits for the command of a caller that hung up', async t => {
  const started = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<void>()
  let isOver = false
  const api = await serve(t, async (_request, _emit, signal) => {
    signal.addEventListener('abort', () => ending.resolve())
    started.resolve()
    await ending.promise
    await new Promise(resolve => setImmediate(resolve))
    isOver = true
  })
  const request = httpRequest(api.url + RUN_PATH, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    agent: false
  })
  request.on('error', () => undefined)
  request.end(JSON.stringify(REQUEST))
  await started.promise
  request.destroy()
  await api.close()
  t.ok(isOver)
})
