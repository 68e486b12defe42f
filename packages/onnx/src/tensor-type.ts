/**
 * The element types with whole bytes an element, with ONNX's number (`TensorProto.DataType` in
 * `onnx.proto`) and the bytes one element takes in `raw_data`.
 */
export const tensorTypes = {
  float32: { code: 1, sizeBytes: 4 },
  uint8: { code: 2, sizeBytes: 1 },
  int8: { code: 3, sizeBytes: 1 },
  uint16: { code: 4, sizeBytes: 2 },
  int16: { code: 5, sizeBytes: 2 },
  int32: { code: 6, sizeBytes: 4 },
  int64: { code: 7, sizeBytes: 8 },
  bool: { code: 9, sizeBytes: 1 },
  float16: { code: 10, sizeBytes: 2 },
  float64: { code: 11, sizeBytes: 8 },
  uint32: { code: 12, sizeBytes: 4 },
  uint64: { code: 13, sizeBytes: 8 },
  bfloat16: { code: 16, sizeBytes: 2 }
} as const

/** Element type of a tensor, in ONNX Runtime's words. */
export type TensorType = keyof typeof tensorTypes
