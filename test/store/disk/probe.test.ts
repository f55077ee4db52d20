import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type FileSystem, realFileSystem} from '../../../src/store/disk/file-system.js'
import {type Finding, probeDirectory} from '../../../src/store/disk/probe.js'
import {layoutOf} from '../../../src/store/layout.js'
import {type RealFolder, realFolder} from './real-folder.js'

const uid = process.getuid?.() ?? 0

describe('the probe of a shared directory', () => {
  let folder: RealFolder
  let serial = 0
  beforeEach(() => {
    folder = realFolder()
  })
  afterEach(() => folder.remove())

  interface Wrong {
    readonly fs?: Partial<FileSystem>
    readonly uid?: number
    /** Milliseconds added at each look at the clock. */
    readonly slow?: number
    readonly ahead?: number
  }

  const probe = (wrong: Wrong = {}): readonly Finding[] => {
    let now = Date.now() + (wrong.ahead ?? 0)
    return probeDirectory({
      fs: {...realFileSystem, ...wrong.fs},
      layout: layoutOf(folder.path),
      uid: wrong.uid ?? uid,
      now: () => {
        now += wrong.slow ?? 0
        return now
      },
      random: () => (++serial).toString(16).padStart(24, '0'),
    })
  }

  const failed = (findings: readonly Finding[]): readonly string[] =>
    findings.filter(({ok}) => !ok).map(({check}) => check)

  it('finds nothing wrong with a good disk, and leaves nothing', () => {
    const findings = probe()
    assert.deepEqual(failed(findings), [])
    assert.deepEqual(
      findings.map(({check}) => check),
      ['exclusive', 'owner', 'clock', 'sync'],
    )
    assert.deepEqual(readdirSync(folder.path), [])
  })

  it('removes what a probe left that was killed, and nothing else', () => {
    mkdirSync(join(folder.path, '.probe-old'))
    writeFileSync(join(folder.path, '.probe-old', 'a'), 'x')
    const longAgo = Date.now() / 1000 - 3600
    utimesSync(join(folder.path, '.probe-old'), longAgo, longAgo)
    mkdirSync(join(folder.path, 'jobs'))
    probe()
    assert.deepEqual(readdirSync(folder.path), ['jobs'])
  })

  it('leaves another that is under way alone', () => {
    let within: readonly Finding[] = []
    const link: FileSystem['link'] = (from, to) => {
      if (within.length === 0) within = probe()
      realFileSystem.link(from, to)
    }
    const outer = probe({fs: {link}})
    assert.deepEqual([within.length, failed(within), failed(outer)], [4, [], []])
    assert.deepEqual(readdirSync(folder.path), [])
  })

  const lax: readonly (readonly [string, Wrong, string, RegExp])[] = [
    [
      'makes a file twice',
      {
        fs: {
          open: (path, flag, mode) => realFileSystem.open(path, flag === 'create' ? 'append' : flag, mode),
        },
      },
      'exclusive',
      /created twice/,
    ],
    ['links a name twice', {fs: {link: (a, b) => relink(a, b)}}, 'exclusive', /linked twice/],
    ['renames over a name by a copy', {fs: {rename: () => undefined}}, 'exclusive', /does not replace/],
    ['gives files to somebody else', {uid: uid + 1}, 'owner', /belongs to uid/],
    ['is an hour behind', {ahead: 3_600_000}, 'clock', /-3(599|600)\d{3} ms from ours/],
    ['takes long to sync', {slow: 1000}, 'sync', /ms for a durable record/],
  ]
  for (const [title, wrong, check, text] of lax) {
    it(`T23: tells of a disk that ${title}, and what to do`, () => {
      const found = probe(wrong).find(finding => !finding.ok && finding.check === check)
      assert.match(found?.text ?? '', text)
      assert.match(found?.remedy ?? '', /\w/)
      assert.deepEqual(readdirSync(folder.path), [])
    })
  }

  for (const code of ['EROFS', 'ENOSPC', 'EACCES']) {
    it(`tells of a disk that answers ${code}`, () => {
      const mkdir = (): never => {
        throw Object.assign(new Error(code), {code})
      }
      const [found, ...more] = probe({fs: {mkdir}})
      assert.deepEqual([found?.check, found?.ok, more], ['write', false, []])
      assert.ok(found?.text.includes(code))
    })
  }

  it('hides no bug of ours', () => {
    const mkdir = (): never => {
      throw new TypeError('ours')
    }
    assert.throws(() => probe({fs: {mkdir}}), TypeError)
  })
})

const relink = (from: string, to: string): void => {
  try {
    realFileSystem.link(from, to)
  } catch {
    // As if it were new.
  }
}
