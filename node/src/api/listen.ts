import type { AddressInfo, Server } from 'node:net'
import { NodeError } from '../errors.ts'
import { parseHostPort } from './loopback.ts'

/**
 * Brings a server up.
 *
 * @param address `HOST:PORT`; port 0 takes a free one
 * @param onError told of every failure from then on, such as a connection that could not be accepted: the
 *   server goes on
 * @returns `http://HOST:PORT` with the host as it was given
 * @throws NodeError API_PORT_IN_USE when another process listens there, API_LISTEN when the system refuses
 */
export async function listen(
  server: Server,
  address: string,
  onError: (error: Error) => void
): Promise<string> {
  const { host, port } = parseHostPort(address) ?? { host: address, port: 0 }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host.replace(/[[\]]/g, ''), () => {
      server.off('error', reject).on('error', onError)
      resolve()
    })
  }).catch((cause: NodeJS.ErrnoException) => {
    throw listenError(address, cause)
  })
  return `http://${host}:${(server.address() as AddressInfo).port}`
}

function listenError(address: string, cause: NodeJS.ErrnoException): NodeError {
  const reason = cause.code === 'EADDRINUSE' ? 'another process listens there' : cause.message
  const code = cause.code === 'EADDRINUSE' ? 'API_PORT_IN_USE' : 'API_LISTEN'
  const message = `The local API cannot listen on ${address}: ${reason}; choose another with --api HOST:PORT`
  return new NodeError(code, message, { details: { address }, cause })
}
