import type { Writer } from 'protons-runtime'
import { wireTypes } from './schema.ts'

/** A field of a schema that can be written. */
export type Field = readonly [id: number, kind: keyof typeof wireTypes]

/** Writes the number and the wire type of a field; its value follows. */
export function tag(w: Writer, [id, kind]: Field): Writer {
  return w.uint32((id << 3) | wireTypes[kind])
}

/** Writes an integer field. */
export function int(w: Writer, field: Field, value: number): void {
  tag(w, field).int64(BigInt(value))
}

/** Writes a string field. */
export function text(w: Writer, field: Field, value: string): void {
  tag(w, field).string(value)
}

/** Writes a field that holds a message: its length, then what `write` writes. */
export function message(w: Writer, field: Field, write: () => void): void {
  tag(w, field).fork()
  write()
  w.ldelim()
}
