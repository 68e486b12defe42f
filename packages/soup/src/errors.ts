import { SoupError } from '@soup/interface'

/** A soup can't be made of these ingredients. */
export class SoupBuildError extends SoupError {
  override readonly name: string = 'SoupBuildError'
}
