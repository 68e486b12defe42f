/** Bytes of a model: it is held in memory whole. Models with larger constants keep them in other files. */
export const MAX_MODEL_BYTES: number = 256 * 1024 * 1024

/** Nodes, inputs, outputs, initializers and notes of a graph together: large exported models have some 20,000. */
export const MAX_GRAPH_PARTS = 200_000

/** Values of any other message together (inputs of a node, numbers of an attribute): real ones have tens. */
export const MAX_ELEMENTS = 65_536

/** Dimensions of a tensor: operators stop at 8. */
export const MAX_DIMENSIONS = 32

/** Bytes of a name or string: real ones are scope paths of a few hundred. */
export const MAX_NAME_BYTES = 4096

/** Bytes of a model file that is scanned: what protobuf's own readers hold. Larger models keep tensors in other files. */
export const MAX_PROTOBUF_BYTES: number = 2 ** 31 - 1

/**
 * Bytes of a model without the data of its initializers, which are held in memory: exported models with a thousand
 * layers take some 10 MB. One of nothing but tiny fields takes some 10 s on one core, so who answers peers meanwhile
 * leaves graphs to a worker thread.
 */
export const MAX_GRAPH_BYTES: number = 64 * 1024 * 1024

/** Messages within messages: where protobuf's own readers stop. Ten If in one another take some 40. */
export const MAX_NESTING = 100

/**
 * Bytes of initializers in typed fields together, which are decoded into memory. Writers put small constants there;
 * weights go to `raw_data`.
 */
export const MAX_DECODED_BYTES: number = 64 * 1024 * 1024
