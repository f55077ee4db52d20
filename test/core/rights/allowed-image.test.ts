/** T42: whether an image is on the list, however it is written. */
import assert from 'node:assert/strict'
import {isImageAllowed} from '../../../src/core/rights/allowed-image.js'

const D = `sha256:${'a'.repeat(64)}`
const E = `sha256:${'b'.repeat(64)}`

/** Entry, what it allows, what it does not. */
const TABLE: readonly (readonly [entry: string, yes: readonly string[], no: readonly string[]])[] = [
  [
    'busybox',
    [
      ...[
        'busybox',
        'busybox:latest',
        'busybox:1.36',
        `busybox@${D}`,
        `busybox:1.36@${D}`,
        'docker.io/busybox',
      ],
      ...[
        'docker.io/library/busybox',
        'docker.io/library/busybox:1',
        'index.docker.io/busybox',
        'library/busybox',
      ],
    ],
    [
      ...[
        'busybo',
        'busybox2',
        'busyboxes',
        'evil/busybox',
        'evil.example/busybox',
        'evil.example/library/busybox',
      ],
      ...['localhost/busybox', 'localhost:5000/busybox', 'busybox/evil', 'docker.io/evil/busybox', 'BUSYBOX'],
      ...['busybox.example/busybox', 'docker.io.evil.example/library/busybox', 'evil.example:busybox', ''],
    ],
  ],
  [
    'alpine:3',
    ['alpine:3', 'docker.io/alpine:3', 'docker.io/library/alpine:3', 'library/alpine:3'],
    [
      'alpine',
      'alpine:latest',
      'alpine:3.1',
      'alpine:30',
      'alpine:2',
      `alpine@${D}`,
      `alpine:3@${D}`,
      'evil/alpine:3',
    ],
  ],
  [
    'alpine:latest',
    ['alpine', 'alpine:latest', 'docker.io/library/alpine'],
    ['alpine:3', `alpine@${D}`, `alpine:latest@${D}`],
  ],
  [
    `tool@${D}`,
    [`tool@${D}`, `tool:1@${D}`, `docker.io/library/tool@${D}`],
    ['tool', 'tool:1', `tool@${E}`, `other@${D}`, `evil.example/tool@${D}`],
  ],
  [
    'lab/*',
    ['lab/a', 'lab/a:1', 'lab/a/b', 'docker.io/lab/a', `lab/a@${D}`, 'index.docker.io/lab/a'],
    ['lab', 'labs/a', 'evil.example/lab/a', 'localhost/lab/a', 'a', 'evil/lab/a', 'lab.example/a'],
  ],
  [
    'registry.example:5000/*',
    ['registry.example:5000/a', 'registry.example:5000/a/b:1', `registry.example:5000/a@${D}`],
    [
      ...[
        'registry.example/a',
        'registry.example:5001/a',
        'a',
        'evil/registry.example:5000/a',
        'registry.example:50000/a',
      ],
      ...['evil.example/registry.example/a', 'registry.example:5000'],
    ],
  ],
  [
    'registry.example/team/tool',
    ['registry.example/team/tool:9'],
    ['registry.example/team/tools', 'registry.example/tool', 'team/tool'],
  ],
  [
    'localhost:5000/x:1',
    ['localhost:5000/x:1'],
    ['localhost:5000/x', 'localhost:5000/x:2', 'localhost/x:1', 'x:1'],
  ],
  ['docker.io/*', ['a', 'lab/a:1', `docker.io/lab/a@${D}`], ['evil.example/a', 'EVIL/a', 'Docker.io/a', D]],
  [D, [D], [E, `x@${D}`, 'sha256']],
  ['sha256', ['sha256', 'sha256:latest'], [D, 'sha256:1', 'sha256:abcdef012345']],
  ['library/*', ['sha256', 'busybox'], [D, 'sha256:abcdef012345']],
  ['*', ['anything', 'evil.example/x:1', `x@${D}`, D], []],
]

describe('T42 an image', () => {
  for (const [entry, yes, no] of TABLE) {
    it(`is allowed by ${entry.slice(0, 30)} in every way that it can be written, and no other is`, () => {
      for (const image of yes) assert.ok(isImageAllowed(image, [entry]), image)
      for (const image of no) assert.ok(!isImageAllowed(image, [entry]), image)
    })
  }

  it('is judged in more than eighty forms', () => {
    const forms = TABLE.reduce((sum, [, yes, no]) => sum + yes.length + no.length, 0)
    assert.ok(forms >= 80, String(forms))
  })

  it('is not allowed by an empty list', () => assert.ok(!isImageAllowed('busybox', [])))

  it('that stands in the list is allowed as it stands there', () => {
    assert.ok(isImageAllowed('Odd Name', ['Odd Name']))
  })
})
