/** Bytes of a model: protobuf's own ceiling is 2 GiB; graphs with inline constants are far smaller, and it is held in memory. */
export const MAX_MODEL_BYTES: number = 256 * 1024 * 1024

/** Operators of a graph: the largest exported language models have some 20,000. */
export const MAX_NODES = 100_000

/** Inputs, outputs and initializers of a graph, each: as many as nodes could use. */
export const MAX_VALUES = 100_000

/** Names and strings: real ones are scope paths of a few hundred bytes. */
export const MAX_NAME_BYTES = 4096

/** Dimensions of a tensor: operators stop at 8, formats at 32. */
export const MAX_DIMENSIONS = 32

/** Elements of a list inside a node (inputs, outputs, attributes, numbers of an attribute). */
export const MAX_ELEMENTS = 65_536
