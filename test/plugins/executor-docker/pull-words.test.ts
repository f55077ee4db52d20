import assert from 'node:assert/strict'
import {pullSentence} from '../../../plugins/executor-docker/src/pull-words.js'

/** What engines said to real pulls, and what must be told of it. */
const SAID: readonly (readonly [words: string, why: RegExp])[] = [
  [
    "pull access denied for nope, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    /none of this name, or shows it only to who is logged in\. Check the name.* docker pull ann\/tool:1 there/,
  ],
  ['Get "https://x/v2/": no basic auth credentials', /only to who is logged in/],
  ['unauthorized: authentication required', /only to who is logged in/],
  [
    'manifest for busybox:nope not found: manifest unknown: manifest unknown',
    /none of this name and tag\. Check/,
  ],
  [
    'Get "https://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    /does not answer\. Check/,
  ],
  ['Get "https://x/v2/": context deadline exceeded', /its registry does not answer/],
  ['the pull was not finished after 300 s (pull_timeout)', /that takes too long/],
  [
    'Get "https://reg.example/v2/": dial tcp: lookup reg.example: no such host',
    /name of its registry is not known/,
  ],
  ['Get "https://r/v2/": x509: certificate signed by unknown authority', /does not trust its registry/],
  ['http: server gave HTTP response to HTTPS client', /does not trust its registry/],
  ['toomanyrequests: You have reached your pull rate limit.', /too many pulls/],
  ['no matching manifest for linux/arm64/v8 in the manifest list entries', /none for this node's processor/],
]

describe('why an image cannot be pulled', () => {
  for (const [words, why] of SAID)
    it(`is told in words, with the remedy and the raw words: ${words.slice(0, 60)}`, () => {
      const sentence = pullSentence('ann/tool:1', words)
      assert.match(sentence, /^image ann\/tool:1 is not on this node and cannot be pulled: /)
      assert.match(sentence, why)
      assert.ok(sentence.endsWith(`In detail: ${words}`))
    })

  it('is told as it came where nobody knows better, on one line and not for ever', () => {
    assert.equal(
      pullSentence('a:b', 'strange\n things'),
      'image a:b is not on this node and cannot be pulled: strange things',
    )
    assert.ok(pullSentence('a:b', 'x'.repeat(9000)).length < 1024)
  })
})
