/** Longest pattern of tensor names in UTF-8: as long as the longest name of a tensor. */
export const MAX_GLOB_BYTES = 1024

/** Most patterns of tensor names with a λ of their own: some for each layer of the deepest models. */
export const MAX_TENSOR_LAMBDAS = 1024
