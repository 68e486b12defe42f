import { createHash, type Hash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { rm, statfs } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { ProgressOptions } from '@soup/interface'
import type { Checkpoint } from '../checkpoint.ts'
import { checkpointBytes } from '../describe.ts'
import { fileError } from '../file-error.ts'
import { encodeHeader, fileOrder } from '../safetensors/header.ts'
import type { WrittenFile } from '../safetensors/writer.ts'
import { runTeam } from '../team/team.ts'
import { Flusher } from './flush.ts'
import { type CheckpointOpener, openFrom } from './opener.ts'
import type { PlannedFile } from './plan.ts'
import { type OpenFile, writeFully, writeRun } from './run-writer.ts'
import { cutRuns, type Run } from './runs.ts'
import type { ThreadInput } from './write-thread.ts'

/** Options of {@link writeCheckpoint}. */
export interface WriteCheckpointOptions extends ProgressOptions {
  /** Threads that read and compute; as many as the machine has cores, up to {@link MAX_THREADS}, unless given. */
  threads?: number | undefined
}

/** Most threads unless the caller says otherwise: disks are the limit long before. */
const MAX_THREADS = 8

/** A checkpoint below this size is written sooner than further threads have started. */
const MIN_BYTES_FOR_THREADS = 64 * 2 ** 20

/**
 * Reads or computes a checkpoint and writes it into a folder, with several threads, each further one with a checkpoint
 * of its own. Memory is bounded by some blocks a thread and whatever the checkpoint itself takes. Blocks the thread that
 * calls it: run it in a worker thread.
 *
 * The files are new, complete and on the disk when this returns; the folder that names them is the caller's to bring
 * there. On any failure they are removed.
 *
 * @param opener how every thread opens the checkpoint
 * @param folder where the files go
 * @param plan lays out the files; called once, before anything is read
 * @returns the SHA-256, size and tensors of the checkpoint as a single safetensors file, whatever its files are
 * @throws {TensorError} `FILE_EXISTS`, `FILE_NOT_FOUND`, `FILE_NO_SPACE`, `FILE_FAILED`; what opening, planning and
 *   reading throw, as a RelayedError where it happened in another thread
 */
export async function writeCheckpoint(
  opener: CheckpointOpener,
  folder: string,
  plan: (checkpoint: Checkpoint) => readonly PlannedFile[] | Promise<readonly PlannedFile[]>,
  options: WriteCheckpointOptions = {}
): Promise<WrittenFile> {
  const checkpoint = await openFrom(opener, options)
  try {
    const planned = await plan(checkpoint)
    await checkSpace(folder, planned)
    const files: OpenFile[] = []
    const flusher = new Flusher()
    try {
      for (const file of planned) create(folder, file, files)
      const written = await fill(opener, checkpoint, planned, { files, flusher }, options)
      await flusher.finish(files)
      return written
    } catch (error) {
      await Promise.all(files.map(({ path }) => rm(path, { force: true })))
      throw error
    } finally {
      await flusher.settle()
      for (const { descriptor } of files) closeSync(descriptor)
    }
  } finally {
    await checkpoint.close()
  }
}

async function checkSpace(folder: string, planned: readonly PlannedFile[]): Promise<void> {
  const needed = planned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  try {
    const { bavail, bsize } = await statfs(folder)
    if (bavail * bsize < needed) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
  } catch (error) {
    throw fileError(folder, error, needed)
  }
}

/** @param files takes the file before it is written to, so that it goes again where that fails */
function create(folder: string, { fileName, fixed }: PlannedFile, files: OpenFile[]): void {
  const path = join(folder, fileName)
  try {
    const file = { path, descriptor: openSync(path, 'wx+') }
    files.push(file)
    for (const { position, bytes } of fixed) writeFully(file, bytes, position)
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? fileError(path, error) : error
  }
}

async function fill(
  opener: CheckpointOpener,
  checkpoint: Checkpoint,
  planned: readonly PlannedFile[],
  { files, flusher }: { files: readonly OpenFile[]; flusher: Flusher },
  options: WriteCheckpointOptions
): Promise<WrittenFile> {
  const { signal, onProgress } = options
  const runs = cutRuns(checkpoint, planned)
  const total = checkpointBytes(checkpoint)
  const header = encodeHeader(checkpoint, fileOrder(checkpoint))
  const hash = createHash('sha256').update(header)
  let done = 0
  const hashNext = inOrder(index => {
    hashRun(hash, runs[index]!, files)
    for (const { file, sizeBytes } of runs[index]!) {
      flusher.wrote(files[file]!, sizeBytes)
      done += sizeBytes
    }
    onProgress?.({ stage: 'write tensors', done, total, unit: 'bytes' })
  })
  onProgress?.({ stage: 'write tensors', done, total, unit: 'bytes' })
  const most = options.threads ?? Math.min(availableParallelism(), MAX_THREADS)
  const threads = total < MIN_BYTES_FOR_THREADS ? 1 : most
  const input: ThreadInput = { opener, paths: files.map(({ path }) => path), runs }
  const module = new URL('./write-thread.ts', import.meta.url).href
  const begin = async (check: () => void) => ({
    run: (index: number) => writeRun(checkpoint, runs[index]!, file => files[file]!, check),
    end: () => Promise.resolve() // all of it is open already, and stays so
  })
  const team = { module, input, count: runs.length }
  await runTeam<void>(team, { threads, signal, onResult: hashNext, begin })
  const sizeBytes = header.length + total
  return { sha256: hash.digest('hex'), sizeBytes, tensorCount: checkpoint.tensors.size }
}

/** Takes indices in any order and hands them on in theirs. */
function inOrder(take: (index: number) => void): (index: number) => void {
  const waiting = new Set<number>()
  let next = 0
  return index => {
    waiting.add(index)
    while (waiting.delete(next)) take(next++)
  }
}

const HASH_BYTES = 2 ** 18
const buffer = new Uint8Array(HASH_BYTES)

/** Hashes what was written, which the system still has in memory: cheaper than handing it from thread to thread. */
function hashRun(hash: Hash, run: Run, files: readonly OpenFile[]): void {
  for (const { file, position, sizeBytes } of run) {
    for (let at = 0; at < sizeBytes; ) {
      const length = Math.min(HASH_BYTES, sizeBytes - at)
      const bytesRead = readBack(files[file]!, length, position + at)
      hash.update(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
  }
}

function readBack({ path, descriptor }: OpenFile, length: number, position: number): number {
  try {
    const bytesRead = readSync(descriptor, buffer, 0, length, position)
    if (bytesRead > 0) return bytesRead
  } catch (error) {
    throw fileError(path, error)
  }
  throw fileError(path, new Error('it was cut while it was written'))
}
