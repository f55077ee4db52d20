import assert from 'node:assert/strict'
import fc from 'fast-check'
import {checkImageName} from '../../src/core/image-name.js'
import {anyOf, anyText} from './builders.js'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

const GOOD = [
  'busybox',
  'busybox:local',
  'library/busybox:1.36.1',
  'a/b/c/d',
  'my_image',
  'my__image',
  'my--image---x',
  'my.image',
  'docker.io/library/alpine',
  'localhost/x',
  'localhost:5000/x:y',
  'Registry.Example.ORG:443/team/tool:V1_2-rc.1',
  '127.0.0.1:5000/x',
  '[::1]:5000/x',
  'xn--bcher-kva.example/x',
  `busybox@${DIGEST}`,
  `busybox:1@${DIGEST}`,
  DIGEST,
  `x:${'t'.repeat(128)}`,
  'a'.repeat(255),
]

const BAD = [
  '',
  ' ',
  'busybox ',
  ' busybox',
  'busybox\n',
  'Busybox',
  'library/Busybox',
  'UPPER/case:tag/more',
  'a b',
  '-rm',
  '--privileged',
  '_x',
  'x_',
  'x.',
  '.x',
  'a..b',
  'a___b',
  'a/',
  '/a',
  'a//b',
  'a/../b',
  '../../etc',
  'http://example.org/x',
  'x:',
  ':x',
  'x:-tag',
  'x:.tag',
  'x:a:b',
  'x:tag!',
  `x:${'t'.repeat(129)}`,
  'x@',
  'x@sha256:',
  `x@sha256:${'a'.repeat(63)}`,
  `x@sha256:${'A'.repeat(64)}`,
  `x@md5:${'a'.repeat(32)}`,
  'host:123456/x',
  'host:/x',
  'a..example/x',
  'a-.example/x',
  '-a.example/x',
  '[::1/x',
  'x;rm -rf ~',
  '$(id)',
  'x\0y',
  'bücher',
  'x\u202ey',
  'a'.repeat(256),
]

describe('T42: the name of an image', () => {
  for (const name of GOOD) {
    it(`may be ${name.slice(0, 60)}`, () => assert.equal(checkImageName(name), null))
  }
  for (const name of BAD) {
    it(`may not be ${JSON.stringify(name.slice(0, 60))}`, () => {
      assert.equal(checkImageName(name)?.code, 'E_IMAGE_BAD')
    })
  }

  it('is built of parts, whatever they are', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}$/)
    const host = fc.stringMatching(
      /^[a-zA-Z0-9]([a-zA-Z0-9-]{0,6}[a-zA-Z0-9])?(\.[a-z0-9]{1,5}){0,2}(:[0-9]{1,5})?$/,
    )
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/)
    const name = fc
      .tuple(fc.option(host), fc.array(part, {minLength: 1, maxLength: 4}), fc.option(tag), fc.boolean())
      .map(([at, path, label, pinned]) =>
        [
          at === null ? '' : `${at}/`,
          path.join('/'),
          label === null ? '' : `:${label}`,
          pinned ? `@${DIGEST}` : '',
        ].join(''),
      )
    fc.assert(
      fc.property(name, text => {
        assert.equal(checkImageName(text), null)
      }),
      {numRuns: 5000},
    )
  })

  it('is never more than it seems: what is taken has no character of a shell, a path or a flag (R16)', () => {
    const near = anyOf('a', 'B', '0', '.', '_', '-', '/', ':', '@', DIGEST, 'localhost', '[', ']', '5000')
    fc.assert(
      fc.property(fc.oneof(near, anyText), text => {
        const no = checkImageName(text)
        if (no === null) {
          assert.match(text, /^[A-Za-z0-9[][A-Za-z0-9._:@/[\]-]*$/)
          assert.ok(text.split('/').every(part => part !== '' && !part.startsWith('.')) && text.length <= 255)
        } else assert.ok(no.message.includes(text) && no.hint !== '')
      }),
      {numRuns: 20_000},
    )
  })

  it('is judged at once, however it was made to be slow (R16)', () => {
    const long = [
      'a'.repeat(255),
      'a-'.repeat(127),
      '-'.repeat(254),
      'a.'.repeat(127),
      'a_'.repeat(127),
      'a/'.repeat(127),
    ]
    const begun = performance.now()
    for (const text of long)
      for (const end of ['', '!', ':', '@']) checkImageName(`a${text}`.slice(0, 254) + end)
    checkImageName('a-'.repeat(500_000))
    assert.ok(performance.now() - begun < 1000)
  })
})
