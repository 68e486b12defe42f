import type {
  AbortOptions,
  ByteSource,
  ChunkStore,
  ProgressOptions,
  RecordStore,
  Startable
} from '@soup/interface'
import type { JsonValue } from '@soup/manifest'
import type { Test } from 'tap'

/**
 * A store as far as this suite uses it. It restates `Store` of `@soup/store`, because that package's
 * tests depend on this one; a store that departs from it does not type-check when it runs the suite.
 */
export interface StoreUnderTest extends Startable {
  records: RecordStore & {
    resolve(prefix: string, options?: AbortOptions): Promise<string | undefined>
    resolveBase(prefix: string, options?: AbortOptions): Promise<string | undefined>
  }
  chunks: ChunkStore
  payloads: {
    add(source: ByteSource, options?: ProgressOptions): Promise<{ root: string; sizeBytes: number }>
    state(
      root: string,
      options?: AbortOptions
    ): Promise<{ sizeBytes: number; isComplete: boolean; haveBytes: number } | undefined>
    complete(root: string, sizeBytes: number, options?: AbortOptions): Promise<void>
    source(root: string, options?: AbortOptions): Promise<ByteSource | undefined>
    locate(
      root: string,
      options?: AbortOptions
    ): Promise<{ root: string; sizeBytes: number } | undefined>
  }
  state: {
    get(namespace: string, key: string, options?: AbortOptions): Promise<JsonValue | undefined>
    put(namespace: string, key: string, value: JsonValue, options?: AbortOptions): Promise<void>
    delete(namespace: string, key: string, options?: AbortOptions): Promise<void>
    list(namespace: string, options?: AbortOptions): AsyncIterable<[key: string, value: JsonValue]>
  }
}

/** Makes a fresh, empty store that has not started. */
export type StoreFactory = (t: Test) => StoreUnderTest | Promise<StoreUnderTest>

/** Runs one test on a fresh store that has started. */
export type WithStore = (
  title: string,
  run: (t: Test, store: StoreUnderTest) => Promise<void>
) => PromiseLike<unknown>
