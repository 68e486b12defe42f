/** Longest `front.json` that is parsed, in UTF-16 units: some 20 times what the largest front needs. */
export const MAX_FRONT_LENGTH: number = 16 * 2 ** 20

/** Most rewards of a front. The paper goes to 4; plots and tables end long before this. */
export const MAX_REWARDS: number = 16

/** Most experts of a front. A simplex over more cannot be measured on a grid. */
export const MAX_EXPERTS: number = 64

/** Most points of a front: a grid of 0.1 over 4 experts has 286. Plot and dominance filter take quadratic time. */
export const MAX_POINTS: number = 1024

/** Longest name or id in a front, in UTF-16 units. Record ids have 59, names of rewards a few dozen. */
export const MAX_TEXT_LENGTH: number = 1024

/**
 * Largest number in a front, either sign: products of two, summed over every point, stay finite in
 * float64.
 */
export const MAX_MAGNITUDE: number = 1e100

/** Longest text of a preference: {@link MAX_REWARDS} names of ordinary length. */
export const MAX_PREFERENCE_LENGTH: number = 4096
