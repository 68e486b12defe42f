const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text that bytes hold, a byte order mark included; undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
