/**
 * The shape of a state file: which fields it has, of which types, and the words that decide something. Keys that come
 * from users or are numbers of jobs stand as one.
 */

/** What lies at a path of the shared directory. `none`: its content says nothing. */
export type Form = 'json' | 'lines' | 'text' | 'none'

export interface Kind {
  readonly name: string
  readonly form: Form
}

const PATTERNS: readonly (readonly [RegExp, string, Form])[] = [
  [/^FORMAT$/, 'FORMAT', 'json'],
  [/^FORMAT\.copy$/, 'copy of FORMAT', 'json'],
  [/^HALT$/, 'HALT', 'text'],
  [/^go-d\.ini$/, 'configuration', 'none'],
  [/^idh\/\d+$/, 'hint', 'none'],
  [/^ids\/\d+$/, 'claim', 'none'],
  [/^bell\/u\d+$/, 'bell', 'none'],
  // Where to look; the job's spec says whose key it is.
  [/^keys\/[0-9a-f]{2}\/[0-9a-f]{24}\.\d+$/, 'key', 'none'],
  [/^inbox\/u\d+\/[0-9a-f]{24}\.req$/, 'request', 'json'],
  // As its owner wrote it, whatever it is.
  [/^inbox\/u\d+\/\.bad\.[0-9a-f]{24}$/, 'refused request', 'none'],
  [/^inbox\/u\d+\/\.why\.[0-9a-f]{24}$/, 'reason of a refusal', 'json'],
  [/^jobs\/live\/\d+\/\d+\.\d+\.json$/, 'record', 'json'],
  [/^jobs\/spec\/\d+\/\d+\.json$/, 'spec', 'json'],
  [/^jobs\/done\/MANIFEST\.\d+$/, 'manifest', 'json'],
  [/^jobs\/done\/MANIFEST\.\d+\.copy$/, 'copy of a manifest', 'json'],
  [/^jobs\/done\/\d{4}\/\d\d-\d\d\.\d+\.ndjson$/, 'segment', 'lines'],
  [/^jobs\/done\/\d{4}\/\d\d-\d\d\.\d+\.idx$/, 'index of a segment', 'none'],
  [/^jobs\/done\/\d{4}\/\d\d-\d\d\.\d+\.spec\.ndjson\.gz$/, 'archive of specs', 'none'],
  [/^jobs\/done\/\d{4}\/\d\d-\d\d\.\d+\.spec\.idx$/, 'index of specs', 'none'],
  [/^acct\/\d{4}\/\d\d-\d\d\.\d+\.json$/, 'sums', 'json'],
  [/^lock\/packed$/, 'next packing', 'text'],
  // Derived: who does not know its form lists the folders himself.
  [/^index\/.*$/, 'index', 'none'],
  [/^journal\/[\w.-]+\.ndjson$/, 'journal', 'lines'],
  [/^lock\/epoch\.\d+$/, 'epoch', 'text'],
  [/^lock\/swept$/, 'last sweep', 'text'],
  [/^nodes\/[\w.-]+\.usage\.json$/, 'live usage', 'json'],
  [/^nodes\/[\w.-]+\.\d+\.json$/, 'node', 'json'],
  [/^usage\.json$/, 'share usage', 'json'],
  [/^reasons\.json$/, 'reasons', 'json'],
  [/^engine\/orphans-[\w.-]+\.json$/, 'orphan sights', 'json'],
  [/^work\/u\d+\/\d+\/cmd\.sh$/, 'script', 'none'],
  [/^work\/u\d+\/\d+\/(\d+\/)?(attempt\.\d+\/files\/)?started\.\d+$/, 'void fence', 'none'],
  [/^work\/u\d+\/\d+\/(\d+\/)?(attempt\.\d+\/files\/)?started\.\d+\/exit$/, 'exit file', 'text'],
  [/^work\/u\d+\/\d+\/(\d+\/)?(attempt\.\d+\/files\/)?started\.\d+\/cause$/, 'launch fault', 'text'],
  [/^quarantine\/[^/]+\.why$/, 'reason of quarantine', 'text'],
  [/^quarantine\/[^/]+$/, 'quarantined', 'none'],
  // Half written: removed after a day.
  [/(^|\/)\.t\.[0-9a-f]+$/, 'temporary', 'none'],
]

export const KINDS: readonly Kind[] = PATTERNS.map(([, name, form]) => ({name, form}))

/** Null: nobody has told of such a file. */
export const kindOf = (path: string): Kind | null => {
  const found = PATTERNS.find(([pattern]) => pattern.test(path))
  return found === undefined ? null : {name: found[1], form: found[2]}
}

/** Their keys are users' words, numbers of jobs or names of numbers. */
const FREE = [
  ...['labels', 'constraint', 'env', 'jobs', 'numbers', 'seen', 'parts', 'again', 'used', 'segments'],
  ...['counted', 'countedKept', 'tried', 'rests'],
]

/** A new word in one of these is one that an older reader does not know. */
const WORDS = ['v', 'format', 'mode', 'fs', 'op', 'state', 'desired', 'cause', 'kind', 'what']

/** Of a request, by job; elsewhere it is a count. */
const isFree = (key: string, path: string): boolean => FREE.includes(key) || path === '.tasks'

type Put = (path: string, type: string) => void

const leafOf = (value: unknown, key: string): string => {
  if (WORDS.includes(key)) return `${typeof value} ${value}`
  return value === null ? 'null' : typeof value
}

const walk = (value: unknown, path: string, put: Put): void => {
  const key = path.split('.').at(-1) ?? ''
  if (typeof value !== 'object' || value === null) {
    put(path, leafOf(value, key))
    return
  }
  const inner = (name: string): string => {
    if (Array.isArray(value)) return `${path}[]`
    return `${path}.${isFree(key, path) ? '*' : name}`
  }
  put(path, Array.isArray(value) ? 'array' : 'object')
  for (const [name, each] of Object.entries(value)) walk(each, inner(name), put)
}

/** `.path: type` of everything in one JSON value. */
export const shapeOf = (value: unknown): ReadonlySet<string> => {
  const shape = new Set<string>()
  walk(value, '', (path, type) => shape.add(`${path}: ${type}`))
  return shape
}

/** A text whose numbers and names are taken for one. */
const textShape = (text: string): string => `: text of ${text.split('\n').length - 1} lines`

/** One shape a value that the file holds. */
export const shapesOf = ({form}: Kind, text: string): readonly ReadonlySet<string>[] => {
  if (form === 'none') return []
  if (form === 'text') return [new Set([textShape(text)])]
  const values = form === 'json' ? [text] : text.split('\n').filter(line => line !== '')
  return values.map(value => shapeOf(JSON.parse(value)))
}

/** The fields that stand in each of them: an old reader may ask for these. Lists may be empty. */
export const alwaysIn = (shapes: readonly ReadonlySet<string>[]): readonly string[] => {
  const paths = shapes.map(shape => new Set([...shape].map(line => line.slice(0, line.indexOf(': ')))))
  return [...(paths[0] ?? [])].filter(path => !/[*[]/.test(path) && paths.every(each => each.has(path)))
}
