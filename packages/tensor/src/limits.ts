/**
 * Longest safetensors header that is read or written: the limit of the format itself. Parsing one takes 1 to
 * 3 s on one core, so who answers peers meanwhile leaves it to a worker thread.
 */
export const MAX_HEADER_BYTES = 100_000_000

/**
 * Most tensors in one checkpoint: twice what the largest public mixtures of experts hold, and about
 * 100 MB of names and shapes in memory.
 */
export const MAX_TENSORS = 200_000

/**
 * Most entries of `__metadata__`: trainers write some hundreds. A header full of them would take 15 s and
 * more than 1 GB to parse.
 */
export const MAX_METADATA_ENTRIES = 10_000

/**
 * Longest index of a sharded checkpoint: {@link MAX_TENSORS} names of 200 bytes, with their shards, fit. Parsing
 * one takes 1 s on one core.
 */
export const MAX_INDEX_BYTES = 50_000_000

/**
 * Most shards of one checkpoint: each is an open file, of which many systems allow a process 1024. One checkpoint of so
 * many can be read by one thread then. Two of them, one that is read and one that is written, or further threads, which
 * open all of it again, take more: `ulimit -n`. At the usual 5 GB a shard they hold 2.5 TB.
 */
export const MAX_SHARDS = 512

/** Longest name of a shard, a companion file or a graph in UTF-8: what file systems allow. */
export const MAX_FILE_NAME_BYTES = 255

/** Most dimensions of a tensor: what NumPy and PyTorch can hold. */
export const MAX_RANK = 64

/** Longest tensor name in UTF-8: names are paths of modules, 200 bytes at most in practice. */
export const MAX_NAME_BYTES = 4096

/** Most bytes that a whole tensor may take in memory unless the caller says otherwise: 1 GiB. */
export const DEFAULT_MAX_TENSOR_BYTES: number = 2 ** 30

/**
 * Size of every piece of a tensor that is read, but for its last: small enough that a soup of dozens
 * of ingredients fits in a few hundred megabytes, large enough that calls cost nothing. A multiple of
 * the size of every element of 8 bits or more.
 */
export const PIECE_BYTES: number = 2 ** 20

/**
 * Longest companion file of a model: tokenizers of large vocabularies have 10 to 35 MB, and a file is held in memory as
 * a whole.
 */
export const MAX_COMPANION_BYTES: number = 64 * 2 ** 20

/** Most bytes of all companion files of a model together: a slow tokenizer beside a fast one, and the rest is small. */
export const MAX_COMPANIONS_BYTES: number = 128 * 2 ** 20

/** Most companion files of a model: folders have a dozen. */
export const MAX_COMPANIONS = 64

/** Most files and folders that are looked at to find out what a folder holds: models have hundreds at most. */
export const MAX_FOLDER_ENTRIES = 10_000

/** Longest `config.json` or `adapter_config.json` that is parsed: they have some kilobytes, lists of labels some hundreds. */
export const MAX_CONFIG_BYTES: number = 4 * 2 ** 20

/** Most lists and objects inside one another in a configuration: real ones have four. */
export const MAX_CONFIG_DEPTH = 32

/** Largest rank of a LoRA module: above any in use (4 to 1024), and no dimension of a model's weights exceeds it far. */
export const MAX_ADAPTER_RANK = 65_536

/** Longest name of a module in UTF-16 units that patterns are matched with: real ones have 150 at most. */
export const MAX_MODULE_NAME_LENGTH = 512

/** Longest regular expression of an adapter's configuration: those that tools write have some hundred characters. */
export const MAX_PATTERN_LENGTH = 4096

/** Most groups inside one another in a regular expression: it is read by recursion. */
export const MAX_PATTERN_DEPTH = 32

/** Most parts of a compiled regular expression: counts such as `{1,100}` are written out. */
export const MAX_PATTERN_PARTS = 10_000

/**
 * Most steps in which all regular expressions of an adapter are compiled and matched with all its names: no more than
 * 2 s on one core, whatever they are. The longest that tools write takes a twentieth of it for 1000 modules.
 */
export const MAX_MATCH_STEPS = 20_000_000

/**
 * Largest rank of a product that is truncated: that of all adapters' factors of one module together, or of a sketch, which
 * has 8 more than what is extracted. Its core takes the cube of it: 2 min on one core for a module, which nothing can
 * interrupt.
 */
export const MAX_CORE_RANK = 1032
