/** Names on the disk: only those of the pattern are believed, and every one of ours is. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {jobId, MAX_ID, rev, token, uid} from '../../src/core/brand.js'
import {
  bucketOf,
  foldersOf,
  layoutOf,
  parseBucketName,
  parseIdName,
  parseNumbered,
  parseRecordName,
  parseRequestName,
  parseUserName,
  recordName,
  requestName,
} from '../../src/store/layout.js'

const layout = layoutOf('/srv/god')

const ids = fc.integer({min: 1, max: MAX_ID}).map(jobId)

describe('names in the shared directory', () => {
  it('of a record tell its job and revision', () => {
    fc.assert(
      fc.property(ids, fc.integer({min: 1, max: 1_000_000}).map(rev), (id, r) => {
        assert.deepEqual(parseRecordName(recordName(id, r)), {id, rev: r})
      }),
    )
  })

  const STRANGE: readonly (readonly [string, (name: string) => unknown, readonly string[]])[] = [
    [
      'record',
      parseRecordName,
      [
        '',
        '1.json',
        '0.1.json',
        '1.0.json',
        '01.1.json',
        '1.01.json',
        '-1.1.json',
        '1.1.json.',
        '1.1.JSON',
        '.1.1.json',
        '1.1.1.json',
        '1.1.json\n',
        ` 1.1.json`,
        `${MAX_ID + 1}.1.json`,
        '12345678901.1.json',
        '.t.000000000000000000000001',
      ],
    ],
    [
      'id',
      parseIdName,
      ['', '0', '01', '-1', '1.0', '1e3', ' 1', '1\n', '0x1', `${MAX_ID + 2}`, '99999999999999999999'],
    ],
    ['bucket', parseBucketName, ['', '00', '-1', 'x', '.', '..', `${bucketOf(MAX_ID) + 1}`]],
    [
      'request',
      parseRequestName,
      [
        '',
        '.req',
        `${'a'.repeat(23)}.req`,
        `${'a'.repeat(25)}.req`,
        `${'A'.repeat(24)}.req`,
        `.bad.${'a'.repeat(24)}`,
        `${'a'.repeat(24)}.req~`,
        `${'a'.repeat(24)}`,
      ],
    ],
    [
      'user',
      parseUserName,
      ['', 'u', 'u01', 'u-1', '1000', 'U1', 'u1 ', 'u4294967295', 'u99999999999', '.u1'],
    ],
    [
      'epoch',
      name => parseNumbered('epoch', name),
      ['epoch', 'epoch.', 'epoch.01', 'epoch.x', 'epoch.1.lock', 'xepoch.1', 'MANIFEST.1'],
    ],
  ]

  for (const [what, parse, names] of STRANGE) {
    it(`are no ${what} if they are not exactly of its pattern`, () => {
      assert.deepEqual(
        names.filter(name => parse(name) !== null),
        [],
      )
    })
  }

  it('are read at the ends of their ranges', () => {
    assert.deepEqual(parseRecordName(`${MAX_ID}.1.json`), {id: MAX_ID, rev: 1})
    // The hint after the last id.
    assert.equal(parseIdName(`${MAX_ID + 1}`), MAX_ID + 1)
    assert.equal(parseUserName('u0'), 0)
    assert.equal(parseUserName('u4294967294'), 4294967294)
    assert.equal(parseBucketName('0'), 0)
    assert.equal(parseBucketName(String(bucketOf(MAX_ID))), bucketOf(MAX_ID))
    assert.equal(parseNumbered('MANIFEST', 'MANIFEST.12'), 12)
    const tok = token('0123456789abcdef01234567')
    assert.equal(parseRequestName(requestName(tok)), tok)
  })

  it('hold no more than a thousand jobs in a bucket, and each job in one', () => {
    fc.assert(
      fc.property(ids, id => {
        assert.equal(layout.bucket(id), `/srv/god/jobs/live/${bucketOf(id)}`)
        assert.ok(id >= bucketOf(id) * 1000 && id < (bucketOf(id) + 1) * 1000)
      }),
    )
    assert.equal(layout.spec(jobId(1999)), '/srv/god/jobs/spec/1/1999.json')
    assert.equal(layout.specBucket(1999), '/srv/god/jobs/spec/1')
  })

  it('of what belongs to users hold their number and nothing they wrote', () => {
    assert.equal(layout.dropFolder(uid(1000)), '/srv/god/inbox/u1000')
    assert.equal(layout.workOf(uid(1000), jobId(7)), '/srv/god/work/u1000/7')
  })

  it('of folders come parents first, all below the root', () => {
    const known = new Set([layout.root])
    for (const folder of foldersOf(layout)) {
      assert.ok(known.has(folder.slice(0, folder.lastIndexOf('/'))), folder)
      known.add(folder)
    }
    const used = [
      layout.live,
      layout.specs,
      layout.done,
      layout.ids,
      layout.hints,
      layout.bells,
      layout.inbox,
    ]
    assert.deepEqual(
      [
        ...used,
        layout.locks,
        layout.nodes,
        layout.work,
        layout.journal,
        layout.quarantine,
        layout.engines,
      ].filter(folder => !known.has(folder)),
      [],
    )
  })
})
