/**
 * Why an image cannot be had, and what its user may do about it, from the engine's raw words. Pure.
 *
 * Engines pass on what registries, resolvers and TLS libraries say, each in its own words. What is not known here is
 * told as it came; the raw words always stand beside, for who runs the node.
 */

interface Known {
  readonly said: RegExp
  readonly why: string
  /** `IMAGE` is its name. */
  readonly remedy: string
}

const CHECK_NAME = 'Check the name and the tag.'
const ASK_OPERATOR = 'Submit it again later, or have it loaded on the node (docker pull IMAGE there).'

const KNOWN: readonly Known[] = [
  {said: /pull was not finished/i, why: 'that takes too long', remedy: ASK_OPERATOR},
  {
    said: /toomanyrequests|rate limit/i,
    why: 'its registry has had too many pulls from here for now',
    remedy: ASK_OPERATOR,
  },
  {
    said: /no matching manifest for/i,
    why: "there is none for this node's processor",
    remedy: 'Use an image that is made for it.',
  },
  {
    said: /pull access denied|no basic auth|unauthorized|authentication required|denied/i,
    why: 'its registry has none of this name, or shows it only to who is logged in',
    remedy: `${CHECK_NAME} A private one must be loaded on the node (docker login, docker pull IMAGE there).`,
  },
  {
    said: /manifest .*(unknown|not found)|manifest unknown|not found|name (not|un)known|no such tag/i,
    why: 'its registry has none of this name and tag',
    remedy: CHECK_NAME,
  },
  {
    said: /no such host|server misbehaving|name resolution/i,
    why: 'the name of its registry is not known on the node',
    remedy: `${CHECK_NAME} ${ASK_OPERATOR}`,
  },
  {
    said: /x509|certificate|HTTP response to HTTPS client|tls:/i,
    why: 'the node does not trust its registry',
    remedy: ASK_OPERATOR,
  },
  {
    said: /connection refused|timeout|timed out|deadline exceeded|unreachable|request canceled|connection reset|EOF/i,
    why: 'its registry does not answer',
    remedy: `${CHECK_NAME} ${ASK_OPERATOR}`,
  },
]

/** As much of it as people read. */
const MOST = 300

export const pullSentence = (image: string, words: string): string => {
  const raw = words.replace(/\s+/g, ' ').trim().slice(0, MOST)
  const about = `image ${image} is not on this node and cannot be pulled`
  const known = KNOWN.find(({said}) => said.test(raw))
  if (known === undefined) return `${about}: ${raw}`
  return `${about}: ${known.why}. ${known.remedy.replaceAll('IMAGE', image)} In detail: ${raw}`
}
