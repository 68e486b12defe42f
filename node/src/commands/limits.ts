/** Most threads that a person can mean. */
export const MAX_WORKERS = 256

/** Most fixed seeds, as the tasks accept: the standard error falls with their root, so more only take time. */
export const MAX_SEEDS = 1_024
