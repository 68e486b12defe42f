/**
 * Normalised observations are clipped to ± this many standard deviations, as in the code of
 * Salimans et al. 2017 (arXiv:1703.03864): a robot that falls sees values far outside the statistics.
 */
export const OBSERVATION_CLIP = 5
