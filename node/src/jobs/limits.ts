/** Most gradients that are averaged at once: each takes two of the 1,023 blocks of the kernels' memory. */
export const MAX_GRADIENTS = 500

/** Most files with weights that gradients are averaged from: all are open at once, and many systems allow a process 1024. */
export const MAX_GRADIENT_FILES = 900
