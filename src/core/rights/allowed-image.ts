/**
 * Whether a site allows an image: compared part by part, for a name can be written in several ways. Pure.
 * `busybox` is `docker.io/library/busybox`; a first part is a registry if it has a dot, a port or a large letter, or is
 * localhost. The id of an image names no place that it is from: only an entry that says that very id allows it.
 */
interface Image {
  /** With its registry. */
  readonly repository: string
  /** Null: none is written. */
  readonly tag: string | null
  readonly digest: string | null
}

const isRegistry = (part: string): boolean => /[.:A-Z]/.test(part) || part === 'localhost'

const withRegistry = (name: string): string => {
  const [first = '', ...rest] = name.split('/')
  if (rest.length === 0) return `docker.io/library/${name}`
  if (!isRegistry(first)) return `docker.io/${name}`
  return first === 'index.docker.io' || first === 'docker.io'
    ? `docker.io/${rest.length === 1 ? 'library/' : ''}${rest.join('/')}`
    : name
}

const imageOf = (text: string): Image => {
  const [named = '', digest = null] = text.split('@')
  const colon = named.lastIndexOf(':')
  const tagged = colon > named.lastIndexOf('/')
  return {
    repository: withRegistry(tagged ? named.slice(0, colon) : named),
    tag: tagged ? named.slice(colon + 1) : null,
    digest,
  }
}

const LATEST = 'latest'

/** `entry`: `NAME` for any tag and digest of it, `NAME:TAG`, `NAME@DIGEST`, or `PLACE/*` for all that is below. */
const answers = (entry: string, image: Image): boolean => {
  if (entry === '*') return true
  if (entry.endsWith('/*')) {
    const place = entry.slice(0, -2)
    const below = isRegistry(place.split('/')[0] ?? '') ? place : `docker.io/${place}`
    return image.repository.startsWith(`${below}/`)
  }
  const allowed = imageOf(entry)
  if (allowed.repository !== image.repository) return false
  if (allowed.digest !== null) return allowed.digest === image.digest
  if (allowed.tag === null) return true
  return image.digest === null && allowed.tag === (image.tag ?? LATEST)
}

/** Also its beginning: engines look for the image that it belongs to. */
const ID = /^sha256:[0-9a-f]+$/

/** One that is listed as it is written needs no comparison of parts. */
export const isImageAllowed = (image: string, entries: readonly string[]): boolean =>
  entries.includes(image) ||
  (ID.test(image) ? entries.includes('*') : entries.some(entry => answers(entry, imageOf(image))))
