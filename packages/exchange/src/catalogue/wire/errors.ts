/** Bytes of a peer are not what their format says, or go past a limit of the format. */
export class WireError extends Error {
  override readonly name = 'WireError'
}
