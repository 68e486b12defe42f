import { SoupError } from '@soup/interface'

/** A base, an expert and a payload don't fit one another. */
export class DeltaError extends SoupError {
  override readonly name: string = 'DeltaError'
}
