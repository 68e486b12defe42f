import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Progress } from '@soup/interface'
import t, { type Test } from 'tap'
import { callApi } from '../../src/api/client.ts'
import { type RunHandler, serveApi } from '../../src/api/server.ts'
import { NodeError } from '../../src/errors.ts'

const TOKEN = 'a'.repeat(43)
const REQUEST = { command: 'soup', args: ['θ=1'], options: { json: true }, cwd: '/' }

async function daemon(t: Test, handler: RunHandler) {
  const api = await serveApi('127.0.0.1:0', TOKEN, handler, line => t.fail(line))
  t.teardown(() => api.close())
  return { url: api.url, token: TOKEN }
}

/** A server that is no daemon, or a broken one. */
async function impostor(t: Test, listener: RequestListener) {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: TOKEN }
}

t.test('callApi() hands over the request and gives progress and result', async t => {
  const steps: Progress[] = [
    { stage: 'a', done: 1, total: 2, unit: 'tensors' },
    { stage: 'a', done: 2, total: 2, unit: 'tensors', note: 'λ' }
  ]
  const access = await daemon(t, async (request, emit) => {
    t.same(request, REQUEST)
    for (const progress of steps) emit({ progress })
    return { recipe: 'b' }
  })
  const seen: Progress[] = []
  const answer = await callApi(access, REQUEST, { onProgress: p => seen.push(p) })
  t.same(answer, { result: { recipe: 'b' } })
  t.same(seen, steps)
})

t.test('callApi() throws what the command threw, code and details', async t => {
  const details = { tensor: 'w' }
  const access = await daemon(t, () =>
    Promise.reject(new NodeError('BASE_MISMATCH', 'other bases', { details }))
  )
  await t.rejects(callApi(access, REQUEST), {
    code: 'BASE_MISMATCH',
    message: 'other bases',
    details
  })
})

t.test('callApi() is undefined where nobody listens', async t => {
  const { url, token } = await impostor(t, () => undefined)
  const free = createServer()
  free.listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  await once(free, 'close')
  t.not(url, `http://127.0.0.1:${port}`)
  t.equal(await callApi({ url: `http://127.0.0.1:${port}`, token }, REQUEST), undefined)
})

t.test('callApi() is undefined where a daemon listened until it ended', async t => {
  const api = await serveApi(
    '127.0.0.1:0',
    TOKEN,
    async () => 1,
    line => t.fail(line)
  )
  const access = { url: api.url, token: TOKEN }
  t.same(await callApi(access, REQUEST), { result: 1 })
  await api.close()
  t.equal(await callApi(access, REQUEST), undefined)
})

t.test('a wrong token is a refusal that says so', async t => {
  const { url } = await daemon(t, async () => 1)
  await t.rejects(callApi({ url, token: 'x'.repeat(43) }, REQUEST), {
    code: 'API_REFUSED',
    message: /\(HTTP 401\): the bearer token is missing or wrong/,
    details: { status: 401 }
  })
})

t.test('a daemon that goes away midway is API_CUT_OFF, wherever it stops', async t => {
  const progress = '{"progress":{"stage":"a","done":1,"unit":"bytes"}}\n'
  for (const said of ['', progress, `${progress}{"resu`]) {
    const access = await impostor(t, (_request, response) => {
      response.writeHead(200)
      response.write(said || ' ', () => response.destroy())
    })
    await t.rejects(callApi(access, REQUEST), { code: 'API_CUT_OFF' }, `after '${said}'`)
  }
  const silent = await impostor(t, request => request.socket.destroy())
  await t.rejects(callApi(silent, REQUEST), { code: 'API_CUT_OFF' })
})

t.test('an answer that ends without a result is API_CUT_OFF', async t => {
  const access = await impostor(t, (_request, response) => response.end())
  await t.rejects(callApi(access, REQUEST), { code: 'API_CUT_OFF' })
})

t.test('a daemon that hangs is told after a while', async t => {
  const mute = await impostor(t, () => undefined)
  await t.rejects(callApi(mute, REQUEST, { answerTimeoutMs: 1 }), {
    code: 'API_SILENT',
    message: `${mute.url} does not answer`,
    details: { url: mute.url }
  })
})

t.test('something else at the address is refused, its answer cut short', async t => {
  const access = await impostor(t, (_request, response) => {
    response.statusCode = 500
    response.end('x'.repeat(100_000))
  })
  const error = await callApi(access, REQUEST).catch(error => error)
  t.match(error, { code: 'API_REFUSED', details: { status: 500 } })
  t.ok(error.message.length < 1_200)
})

t.test('an abort ends the call with its own reason and cancels the command', async t => {
  const cancelled = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  const access = await daemon(t, async (_request, _emit, signal) => {
    started.resolve()
    signal.addEventListener('abort', () => cancelled.resolve())
    await cancelled.promise
  })
  const controller = new AbortController()
  const answer = callApi(access, REQUEST, { signal: controller.signal })
  await started.promise
  const reason = new Error('enough')
  controller.abort(reason)
  await t.rejects(answer, reason)
  await cancelled.promise
})

t.test('a signal that is aborted already calls nobody', async t => {
  const access = await daemon(t, async () => t.fail('it was called'))
  const reason = new Error('enough')
  await t.rejects(callApi(access, REQUEST, { signal: AbortSignal.abort(reason) }), reason)
})
