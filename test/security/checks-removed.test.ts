/**
 * The order of checks before a request of a stranger is believed (security-reliability.md A8): each is taken out of a copy of
 * the sources, and one of its tests must notice. A check that nothing would miss is none.
 */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {ROOT} from '../support/god.js'
import {skip} from '../support/skip.js'

const GUARDED = 'src/store/disk/guarded-open.ts'
const OPENING = ['test/store/disk/guarded-open.test.ts']
const INBOX = ['test/store/requests/inbox.test.ts']
const ADMISSION = ['test/service/admit-requests.test.ts']
const TEXT = ['test/core/strict-json.test.ts']

interface Check {
  readonly file: string
  readonly check: string
  readonly without: string
  readonly tests: readonly string[]
  /** Without it nothing goes on: that is waited for so long. */
  readonly hangs?: true
}

const CHECKS: Readonly<Record<string, Check>> = {
  'the pattern of a name': {
    file: 'src/store/layout.ts',
    check: 'const match = /^([0-9a-f]{24})\\.req$/.exec(name)',
    without: 'const match = /^(.*)\\.req/.exec(name)',
    tests: ['test/store/layout.test.ts'],
  },
  'no link at the end': {
    file: 'src/store/disk/file-system.ts',
    check: 'guarded: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK',
    without: 'guarded: constants.O_RDONLY | constants.O_NONBLOCK',
    tests: OPENING,
  },
  'no waiting for a pipe': {
    file: 'src/store/disk/file-system.ts',
    check: 'guarded: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK',
    without: 'guarded: constants.O_RDONLY | constants.O_NOFOLLOW',
    tests: OPENING,
    hangs: true,
  },
  'no link in place of the folder': {
    file: 'src/store/disk/file-system.ts',
    check: "'guarded-folder': constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY",
    without: "'guarded-folder': constants.O_RDONLY | constants.O_DIRECTORY",
    tests: OPENING,
  },
  'the owner of the folder': {
    file: GUARDED,
    check: 'if (stat.uid === owner && (stat.mode & 0o007) === 0) return',
    without: 'if ((stat.mode & 0o007) === 0) return',
    tests: OPENING,
  },
  'the mode of the folder': {
    file: GUARDED,
    check: 'if (stat.uid === owner && (stat.mode & 0o007) === 0) return',
    without: 'if (stat.uid === owner) return',
    tests: OPENING,
  },
  'the folder held open': {
    file: GUARDED,
    check: 'const path = `/proc/self/fd/',
    without: 'const path = name || `/proc/self/fd/',
    tests: OPENING,
  },
  'a regular file': {
    file: GUARDED,
    check: "if (stat.kind !== 'file') return 'it is not a regular file'",
    without: '',
    tests: OPENING,
  },
  'its owner': {
    file: GUARDED,
    check: "if (stat.uid !== owner) return 'it belongs to somebody else'",
    without: '',
    tests: OPENING,
  },
  'its mode': {
    file: GUARDED,
    check: "if ((stat.mode & 0o007) !== 0) return 'it is open to all users'",
    without: '',
    tests: OPENING,
  },
  'its one name': {
    file: GUARDED,
    check: "if (stat.nlink !== 1) return 'it has other names (hard links)'",
    without: '',
    tests: OPENING,
  },
  'that it has anything in it': {
    file: GUARDED,
    check: "if (stat.size === 0) return 'it is empty'",
    without: '',
    tests: OPENING,
  },
  'its size': {
    file: GUARDED,
    check: 'return stat.size > limit ?',
    without: 'return stat.size > limit + 1e15 ?',
    tests: OPENING,
  },
  'that its name is still its own': {
    file: GUARDED,
    check: "if (!sameFile(fs.lstat(path), before)) return bad('its name was changed meanwhile')",
    without: 'sameFile(before, before)',
    tests: OPENING,
  },
  'that it was not changed while it was read': {
    file: GUARDED,
    check: 'after.size === before.size && after.mtimeMs === before.mtimeMs && bytes.length === before.size',
    without: 'after.size >= 0',
    tests: OPENING,
  },
  'that no more is read than the limit': {
    file: 'src/store/disk/read-file.ts',
    check: 'while (total <= limit) {',
    without: 'for (;;) {',
    tests: OPENING,
    hangs: true,
  },
  'that its owner has an account': {
    file: 'src/service/judge-submissions.ts',
    check: 'if (account !== null) return account',
    without: "return account ?? {uid, gid: uid, groups: [uid], name: String(uid), home: '/'}",
    tests: ADMISSION,
  },
  'strict UTF-8': {
    file: 'src/store/jobs/record-codec.ts',
    check: "new TextDecoder('utf-8', {fatal: true})",
    without: "new TextDecoder('utf-8')",
    tests: INBOX,
  },
  depth: {
    file: 'src/core/strict-json.ts',
    check: 'return stack.length > MOST_DEPTH ?',
    without: 'return stack.length > 1e9 * MOST_DEPTH ?',
    tests: TEXT,
  },
  'keys of prototypes': {
    file: 'src/core/strict-json.ts',
    check: 'if (FORBIDDEN.has(key)) return',
    without: 'if (FORBIDDEN.has(``)) return',
    tests: TEXT,
  },
  'keys that stand twice': {
    file: 'src/core/strict-json.ts',
    check: 'if (keys.has(key)) return',
    without: 'if (keys.has(``)) return',
    tests: TEXT,
  },
  'that its token is its name': {
    file: 'src/store/requests/inbox.ts',
    check: "if (request.tok !== tok) return badRequest('its token is not its name', size)",
    without: '',
    tests: INBOX,
  },
  'that it is for this directory': {
    file: 'src/store/requests/inbox.ts',
    check:
      "if (request.cluster !== cluster) return badRequest('it was made for another shared directory', size)",
    without: '',
    tests: INBOX,
  },
  'that its token is not used yet': {
    file: 'src/service/judge-submissions.ts',
    check: 'return asker?.uid === drop.uid && asker.tok === request.tok ? DONE : taken(id)',
    without: 'return asker === null ? taken(id) : DONE',
    tests: ADMISSION,
  },
}

describe('each check of what a stranger wrote', function () {
  this.timeout(300_000)
  let copy = ''
  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'some of the tests it runs need root')
    copy = mkdtempSync(join(tmpdir(), 'god-checks-'))
    // Other users walk through it to what its tests make; and what those leave that are ended goes with it.
    chmodSync(copy, 0o755)
    mkdirSync(join(copy, 'tmp'))
    for (const name of ['src', 'test', 'package.json', '.mocharc.json', 'tsconfig.base.json'])
      cpSync(join(ROOT, name), join(copy, name), {recursive: true})
    for (const name of ['node_modules', 'plugins', 'dist', 'bin', 'scripts', 'commands', 'docs'])
      symlinkSync(join(ROOT, name), join(copy, name))
  })
  after(() => rmSync(copy, {recursive: true, force: true}))

  /** Exit code; null: it hung, and was ended. In one process: a child of mocha's would hang on. */
  const tried = (tests: readonly string[], seconds = 60): number | null =>
    spawnSync(
      process.execPath,
      ['--import=tsx/esm', join(ROOT, 'node_modules/mocha/lib/cli/cli.js'), '-b', ...tests],
      {
        cwd: copy,
        timeout: seconds * 1000,
        killSignal: 'SIGKILL',
        stdio: 'ignore',
        env: {...process.env, NODE_V8_COVERAGE: '', TMPDIR: join(copy, 'tmp')},
      },
    ).status

  it('stands in a copy that passes as it is', () => {
    const all = Object.values(CHECKS).flatMap(({tests}) => tests)
    assert.equal(tried([...new Set(all)], 200), 0)
  })

  for (const [name, {file, check, without, tests, hangs}] of Object.entries(CHECKS))
    it(`is missed by a test when it is gone: ${name}`, () => {
      const path = join(copy, file)
      const text = readFileSync(path, 'utf8')
      assert.equal(text.split(check).length, 2, `${file} has this once: ${check}`)
      mkdirSync(dirname(path), {recursive: true})
      writeFileSync(
        path,
        text.replace(check, () => without),
      )
      try {
        assert.notEqual(tried(tests, hangs === true ? 15 : 60), 0)
      } finally {
        writeFileSync(path, text)
      }
    })
})
