import type { Budget } from './budget.ts'
import type { Field } from './field.ts'
import type { Reading } from './reading.ts'
import { tensorSchema } from './schema.ts'
import { readTensorHeader, type TensorHeader } from './tensor-header.ts'
import type { Window } from './window.ts'

/** An initializer, and where its bytes are. */
export interface WalkedTensor {
  header: TensorHeader
  /** What to call it in an error. */
  where: string
  /** The fields of its message that hold its bytes: `raw_data`, or a typed field, more than once if it isn't packed. */
  data: readonly Field[]
}

const DATA: readonly number[] = [
  tensorSchema.floatData[0],
  tensorSchema.int32Data[0],
  tensorSchema.int64Data[0],
  tensorSchema.rawData[0],
  tensorSchema.doubleData[0],
  tensorSchema.uint64Data[0]
]

/**
 * Goes through a `TensorProto` and reads what isn't the tensor's numbers.
 *
 * @returns undefined for a tensor of strings
 * @throws {OnnxError} as {@link readTensorHeader}
 */
export function* walkTensor(
  window: Window,
  message: Field,
  where: string,
  budget: Budget
): Reading<WalkedTensor | undefined> {
  const data: Field[] = []
  const rest: Uint8Array[] = []
  let restFrom = message.from
  for (let at = message.from; at < message.to; ) {
    const field = yield* window.field(at, message.to, where)
    at = field.to
    if (!DATA.includes(field.id)) continue
    if (data.length > 0) budget.countPart(where)
    data.push(field)
    budget.countBytes(field.start - restFrom, where)
    rest.push(yield* window.bytes(restFrom, field.start))
    restFrom = field.to
  }
  budget.countBytes(message.to - restFrom, where)
  rest.push(yield* window.bytes(restFrom, message.to))
  const joined = Buffer.concat(rest)
  const header = readTensorHeader(joined, where)
  // The graph takes a tensor of strings over as a whole, and counts it then.
  if (header === undefined) budget.countBytes(-joined.length, where)
  return header && { header, where: `${where} ${JSON.stringify(header.name)}`, data }
}
