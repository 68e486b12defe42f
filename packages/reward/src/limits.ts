/** Longest mix that is read, in characters: dozens of rewards fit; a longer text is a mistake or an attack. */
export const MAX_MIX_LENGTH = 4096

/** How far coefficients may miss a sum of 1: three coefficients written with nine digits stay below it. */
export const MIX_SUM_TOLERANCE = 1e-6
