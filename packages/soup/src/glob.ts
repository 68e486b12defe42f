/**
 * Whether a whole name matches: `*` stands for any characters, dots and none among them, `?` for any one; all others
 * for themselves. Takes at most name times glob steps, whatever they hold.
 */
export function matchesGlob(name: string, glob: string): boolean {
  let [at, of] = [0, 0]
  let star: { at: number; of: number } | undefined
  while (at < name.length) {
    if (glob[of] === '*') {
      star = { at, of: ++of }
    } else if (glob[of] === '?' || glob[of] === name[at]) {
      at++
      of++
    } else if (star !== undefined) {
      // Only the last star need take more: what those before it took can't do better.
      at = ++star.at
      of = star.of
    } else return false
  }
  while (glob[of] === '*') of++
  return of === glob.length
}
