/** Hosts that only this machine can reach; the local API listens on nothing else. */
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

const MAX_PORT = 65_535

/** A parsed `HOST:PORT`. */
export interface HostPort {
  host: string
  port: number
}

/** @returns the parts of `HOST:PORT`, or undefined when the text is not one */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(\[[0-9a-f:]+\]|[^:[\]]+):(\d{1,5})$/i.exec(text)
  const port = Number(match?.[2])
  if (match?.[1] === undefined || port > MAX_PORT) return undefined
  return { host: match[1].toLowerCase(), port }
}

/** @returns whether `HOST:PORT` names a loopback host */
export function isLoopback(text: string): boolean {
  const parsed = parseHostPort(text)
  return parsed !== undefined && LOOPBACK_HOSTS.has(parsed.host)
}
