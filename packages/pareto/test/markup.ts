const TAG = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>/g

/** Elements that HTML leaves open. */
const VOID = ['meta', 'input']

/**
 * Names of the elements of a piece of markup, in order.
 *
 * @throws {Error} when a tag is not closed, or a `<` begins no tag
 */
export function elementsOf(markup: string): string[] {
  const open: string[] = []
  const names: string[] = []
  const text = markup
    .replace('<!doctype html>', '')
    .replace(/<(script|style)([^>]*)>[\s\S]*?<\/\1>/g, '<$1$2></$1>')
  for (const [, slash, name, , isEmpty] of text.matchAll(TAG)) {
    if (slash === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`)
      continue
    }
    names.push(name!)
    if (isEmpty === '' && !VOID.includes(name!)) open.push(name!)
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`)
  if (text.replace(TAG, '').includes('<')) throw new Error('a < begins no tag')
  return names
}

/** Names of all attributes of a piece of markup, each once. */
export function attributesOf(markup: string): string[] {
  const tags = [...markup.matchAll(TAG)].map(match => match[3]!)
  const names = tags.flatMap(tag => [...tag.matchAll(/([\w:-]+)="[^"]*"/g)].map(match => match[1]!))
  return [...new Set(names)]
}
