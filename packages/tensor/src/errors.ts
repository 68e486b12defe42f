import { SoupError } from '@soup/interface'

/** A checkpoint, or a file that holds one, is not what it should be. */
export class TensorError extends SoupError {
  override readonly name: string = 'TensorError'
}
