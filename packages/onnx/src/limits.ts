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
