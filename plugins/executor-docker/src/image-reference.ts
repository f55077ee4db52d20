/**
 * Image references taken apart: `[REGISTRY/]NAME[:TAG][@DIGEST]`, or the id of an image. Pure.
 *
 * The grammar is that of the registries, nothing else passes, so no reference can mean another path or option of
 * the engine's API (T42). Without tag and digest the tag is `latest`, else a pull would fetch all tags.
 */
export interface ImageReference {
  /** As the engine is asked for it. */
  readonly text: string
  /** What to pull; null for an id, which no registry knows. */
  readonly pull: {readonly fromImage: string; readonly tag: string} | null
}

const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const HOST = '(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?'
const DIGEST = 'sha256:[0-9a-f]{64}'
const REFERENCE = new RegExp(
  `^(?<name>(?:${HOST}/)?${PART}(?:/${PART})*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>${DIGEST}))?$`,
)

/** Null: not an image reference. */
export const parseImage = (text: string): ImageReference | null => {
  if (text.length > 512) return null
  if (new RegExp(`^${DIGEST}$`).test(text)) return {text, pull: null}
  const groups = REFERENCE.exec(text)?.groups
  if (groups?.name === undefined) return null
  const {name, tag, digest} = groups
  if (digest !== undefined) return {text: `${name}@${digest}`, pull: {fromImage: name, tag: digest}}
  return {text: `${name}:${tag ?? 'latest'}`, pull: {fromImage: name, tag: tag ?? 'latest'}}
}
