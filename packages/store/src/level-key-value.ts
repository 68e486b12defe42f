import { Level } from 'level'
import { StoreError } from './errors.ts'
import type { KeyValue } from './key-value.ts'

/** An ordered map in a level database, which one process at a time can open. */
export interface LevelKeyValue extends KeyValue {
  /** Opens the database, making it where there is none. */
  open(): Promise<void>
  /** Closes it; does nothing where it is closed. */
  close(): Promise<void>
}

/**
 * @param path folder of the database
 * @param storePath folder of the store, which is what errors name
 */
export function levelKeyValue(path: string, storePath: string): LevelKeyValue {
  let level: Level<string, Uint8Array> | undefined
  const guard = async <T>(work: (db: Level<string, Uint8Array>) => Promise<T>): Promise<T> => {
    if (level === undefined) {
      throw closed(storePath)
    }
    try {
      return await work(level)
    } catch (cause) {
      throw levelError(cause, path, storePath)
    }
  }
  return {
    async open() {
      level ??= new Level(path, { keyEncoding: 'utf8', valueEncoding: 'view' })
      await guard(db => db.open())
    },
    async close() {
      if (level !== undefined) {
        await guard(db => db.close())
        level = undefined
      }
    },
    get: key => guard<Uint8Array | undefined>(db => db.get(key)),
    write: changes =>
      guard(db =>
        db.batch(
          changes.map(([key, value]) =>
            value === undefined ? { type: 'del', key } : { type: 'put', key, value }
          ),
          { sync: true }
        )
      ),
    async *entries({ gte, lt, limit = -1 }) {
      if (level === undefined) {
        throw closed(storePath)
      }
      try {
        yield* level.iterator({ gte, lt, limit })
      } catch (cause) {
        throw levelError(cause, path, storePath)
      }
    }
  }
}

function closed(storePath: string, cause?: unknown): StoreError {
  return new StoreError('STORE_CLOSED', `The store ${storePath} is not open`, {
    details: { path: storePath },
    cause
  })
}

/** Says what a failure of level means for the store, and the way out. */
function levelError(failure: unknown, path: string, storePath: string): unknown {
  const codes = causes(failure).map(error => (error as { code?: unknown }).code)
  const messages = causes(failure).map(String).join('; ')
  const init = { details: { path: storePath }, cause: failure }
  if (codes.includes('LEVEL_LOCKED')) {
    return new StoreError(
      'STORE_LOCKED',
      `The store ${storePath} is in use by another process: wait until that one is done, or let a daemon run all commands (soup-node start)`,
      init
    )
  }
  if (/no space left|quota exceeded/i.test(messages)) {
    return new StoreError('STORE_FULL', `The disk of ${storePath} is full: free some space`, init)
  }
  if (codes.includes('LEVEL_CORRUPTION') || /corrupt|missing files/i.test(messages)) {
    return new StoreError(
      'STORE_CORRUPT',
      `The database ${path} is damaged: move it away and start again; chunks stay, and records come back from peers`,
      init
    )
  }
  if (codes.includes('LEVEL_DATABASE_NOT_OPEN') && causes(failure).length === 1) {
    return closed(storePath, failure)
  }
  return new StoreError('STORE_FAILED', `The database ${path} failed: ${messages}`, init)
}

/** The failure, and what led to it. */
function causes(failure: unknown): unknown[] {
  const chain: unknown[] = []
  for (let error = failure; error instanceof Error; error = error.cause) {
    chain.push(error)
  }
  return chain
}
