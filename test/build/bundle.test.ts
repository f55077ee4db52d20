/** What each command loads when it starts: read from the bundle's own account, and seen in running processes. */
import assert from 'node:assert/strict'
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Metafile} from 'esbuild'
import {commandEntries} from '../../scripts/bundle.js'
import {BIN, ROOT, run} from '../support/god.js'

const {outputs} = JSON.parse(readFileSync(join(ROOT, 'dist/metafile.json'), 'utf8')) as Metafile
const COMMANDS = commandEntries(ROOT.replace(/\/$/, ''))

/** All that is loaded with it at once; what is imported later, if ever, is not. */
const loadedWith = (file: string, seen: Set<string> = new Set()): Set<string> => {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const {path, kind, external} of outputs[file]?.imports ?? [])
    if (external !== true && kind !== 'dynamic-import') loadedWith(path, seen)
  return seen
}

const start = (command: string): readonly string[] => [
  ...loadedWith('dist/src/cli/main.js', loadedWith(command.replace(/\.ts$/, '.js').replace(/^/, 'dist/'))),
]

const packagesIn = (file: string): string[] => {
  const {inputs = {}, imports = []} = outputs[file] ?? {}
  const inside = Object.keys(inputs).flatMap(
    path => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  )
  return [...inside, ...imports.filter(({external}) => external === true).map(({path}) => path)]
}

/** Of Node: who has another one parses. */
const ENGINE_NAME = `${process.versions.v8}-${process.arch}`

const isCompiled = (path: string): boolean => path.endsWith('.bin')

const COMPILED = ['show', 'history', 'logs', 'wait', 'hold', 'kill', 'stat', 'submit', 'schedule'].map(
  name => `commands/${name}.ts`,
)

const ENGINE = ['dockerode', 'docker-modem', '@grpc/grpc-js', 'protobufjs', 'ssh2']
const HEAVY = [...ENGINE, 'proper-lockfile', 'chokidar', 'cron', 'luxon', 'ajv', 'semver', 'wsl-utils']

/** The passes take a lease. */
const LEASE = [
  'commands/doctor.ts',
  'commands/fsck.ts',
  'commands/gc.ts',
  'commands/schedule.ts',
  'commands/watch.ts',
]

describe('the bundle', () => {
  it('has a file for each command, and holds no other', () => {
    const made = readdirSync(join(ROOT, 'dist/commands'), {recursive: true, encoding: 'utf8'})
      .filter(name => name.endsWith('.js'))
      .map(name => `commands/${name.replace(/\.js$/, '.ts')}`)
    assert.deepEqual(made.sort(), COMMANDS)
  })

  it('lies in dist with what was written beside it, and nothing older', () => {
    const there = readdirSync(join(ROOT, 'dist'), {recursive: true, encoding: 'utf8', withFileTypes: true})
      .filter(entry => entry.isFile())
      .map(({parentPath, name}) => join(parentPath, name).slice(ROOT.length))
    const [compiled, texts] = [there.filter(isCompiled), there.filter(path => !isCompiled(path))]
    const beside = ['import-anything.js', 'metafile.json', 'package.json', 'third-party-licenses.txt'].map(
      name => `dist/${name}`,
    )
    assert.deepEqual(texts.sort(), [...Object.keys(outputs), ...beside].sort())
    const of = compiled.map(path => path.replace(`.${ENGINE_NAME}.bin`, ''))
    assert.deepEqual(
      of.filter(path => !texts.includes(path)),
      [],
    )
  })

  it('is compiled by the build as far as usual commands load it at their start', () => {
    const parts = new Set(COMPILED.flatMap(command => start(command)))
    const missing = [...parts].filter(path => !existsSync(join(ROOT, `${path}.${ENGINE_NAME}.bin`)))
    // What imports plugins cannot be.
    const imports = missing.filter(path => /\bimport\([^)]/.test(readFileSync(join(ROOT, path), 'utf8')))
    assert.deepEqual(missing, imports)
    assert.ok(parts.size > 40 && missing.length < 3, `${missing.length} of ${parts.size}`)
  })

  it('is told of by a manifest that knows each command', () => {
    const {commands} = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8'))
    const ids = COMMANDS.map(path =>
      path
        .replace(/^commands\/|(\/index)?\.ts$/g, '')
        .split('/')
        .join(':'),
    )
    assert.deepEqual(Object.keys(commands).sort(), ids.sort())
  })

  it('has no schema built at the start of the short ways: each is called one, and made when it is asked', () => {
    const builders = 'strictObject|object|pipe|array|record|union|tuple|nullable|picklist|variant'
    for (const command of ['stat', 'submit']) {
      const text = readFileSync(join(ROOT, `dist/fast/${command}.cjs`), 'utf8')
      const made = text.match(new RegExp(`[,;}]\\w+=(${builders})\\(.{30}`, 'g')) ?? []
      assert.deepEqual([command, made], [command, []])
      assert.match(text, /Schema\?\?=strictObject\(/)
    }
  })

  for (const command of COMMANDS) {
    it(`starts ${command} without what it does not need`, () => {
      const allowed = LEASE.includes(command) ? ['proper-lockfile'] : []
      const loaded = start(command).flatMap(packagesIn)
      assert.ok(loaded.includes('@oclif/core'))
      assert.deepEqual(
        HEAVY.filter(name => loaded.includes(name) && !allowed.includes(name)),
        [],
      )
    })
  }

  for (const command of ['commands/stat.ts', 'commands/submit.ts']) {
    it(`starts ${command} with less than a megabyte, oclif in it`, () => {
      const bytes = start(command).reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0)
      assert.ok(bytes > 500_000 && bytes < 1_000_000, String(bytes))
    })
  }
})

/** Third-party code, and all of it: what Node reads at each start. A tenth of a bare start is some 60,000 bytes of it. */
const MOST_PACKAGES = 60_000
const MOST_BYTES = 285_000

/** Not for the usual call; loaded when a terminal, a colour, a slip or an unusual setting asks for them. */
const BESIDE = ['chalk', 'cli-table3', 'fastest-levenshtein', 'ini']

describe('the short way', () => {
  const files = Object.keys(outputs).filter(path => path.startsWith('dist/fast/'))

  for (const command of ['stat', 'submit']) {
    const file = `dist/fast/${command}.cjs`
    const {inputs = {}, imports = [], bytes = 0} = outputs[file] ?? {}

    it(`of ${command} is one file, with valibot alone in it`, () => {
      assert.ok(bytes > 20_000 && 'node_modules/valibot/dist/index.mjs' in inputs)
      const inside = Object.keys(inputs).filter(path => path.includes('node_modules/'))
      assert.deepEqual(
        inside.map(path => path.replace(/^.*node_modules\//, '').split('/')[0]),
        ['valibot'],
      )
    })

    it(`of ${command} knows no other packages than those beside it, and loads them when used`, () => {
      const names = imports.filter(({path}) => !path.startsWith('node:')).map(({path}) => path)
      assert.deepEqual(
        names.filter(path => !BESIDE.includes(path.replace(/^\.\/|\.cjs$/g, ''))),
        [],
      )
      const text = readFileSync(join(ROOT, file), 'utf8')
      assert.doesNotMatch(text, /(?<!\?\?=\s?(__toESM\()?)require\("(?!node:url)/)
    })

    it(`of ${command} has at most ${MOST_PACKAGES} bytes of packages and ${MOST_BYTES} in all`, () => {
      const ofPackages = Object.entries(inputs)
        .filter(([path]) => path.includes('node_modules/'))
        .reduce((sum, [, {bytesInOutput}]) => sum + bytesInOutput, 0)
      assert.ok(ofPackages > 0 && ofPackages <= MOST_PACKAGES, String(ofPackages))
      const size = readFileSync(join(ROOT, file)).length
      assert.ok(size <= MOST_BYTES && size <= bytes * 1.2, String(size))
    })
  }

  it('holds nothing heavy, not even beside it', () => {
    const inside = files.flatMap(packagesIn)
    assert.ok(inside.includes('cli-table3') && inside.includes('valibot'))
    const never = [...HEAVY, '@oclif/core', 'zod', 'yaml', 'pino', 'ldapjs', 'hono', 'cli-progress']
    assert.deepEqual(
      never.filter(name => inside.includes(name)),
      [],
    )
  })
})

describe('a running command', function () {
  this.timeout(240_000)
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'god-loaded-'))
  })
  after(() => rmSync(folder, {recursive: true, force: true}))

  const loads = async (words: readonly string[], executor = 'docker'): Promise<string[]> => {
    const list = join(folder, 'list.json')
    const env = {LIST_LOADED: list, GOD_EXECUTOR: executor, DOCKER_HOST: `unix://${folder}/nobody.sock`}
    const preload = ['--require', join(ROOT, 'test/support/list-loaded.cjs')]
    await run(process.execPath, [...preload, BIN, ...words], {dir: join(folder, 'site'), env}).done
    const files: string[] = JSON.parse(readFileSync(list, 'utf8'))
    assert.ok(files.some(path => path.endsWith('/bin/god.cjs')))
    return files
  }
  const ofEngine = (files: readonly string[]): string[] =>
    ENGINE.filter(name => files.some(path => path.includes(`/node_modules/${name}/`)))

  it('that asks the engine loads dockerode (so it would be seen)', async () => {
    await loads(['init', join(folder, 'site'), '--executor', 'docker', '--image', 'x'])
    assert.ok(ofEngine(await loads(['doctor'])).includes('dockerode'))
  })

  const QUIET: readonly (readonly string[])[] = [
    ['--version'],
    ['--help'],
    ['help', 'stat'],
    ['submit', '--', 'true'],
    ['stat'],
    ['show', '1'],
    ['history', '1'],
    ['logs', '1'],
    ['config'],
    ['hold', '1'],
    ['release', '1'],
    ['suspend', '1'],
    ['resume', '1'],
    ['kill', '1'],
    ['wait', '1', '--timeout', '0'],
  ]
  for (const words of QUIET) {
    it(`of 'god ${words.join(' ')}' loads nothing of it, and no package at all but those compiled in`, async () => {
      const files = await loads(words)
      const more =
        words[0] === '--help' || words[0] === 'help' ? /\/node_modules\// : /\/(node_modules|seldom)\//
      assert.deepEqual(
        files.filter(path => more.test(path)),
        [],
      )
    })
  }

  const SHORT: readonly (readonly string[])[] = [
    ['stat'],
    ['stat', '-a', '--json'],
    ['submit', '-i', 'busybox', '--', 'true'],
  ]
  for (const words of SHORT) {
    it(`of 'god ${words.join(' ')}' loads nothing but what was compiled from the one file`, async () => {
      const files = (await loads(words)).filter(path => !path.includes('/test/support/'))
      assert.deepEqual(
        files.map(path => path.slice(ROOT.length)),
        ['bin/god.cjs', `dist/fast/${words[0]}.cjs`],
      )
    })
  }

  it("of 'god schedule' loads nothing of it where jobs are processes", async () => {
    assert.deepEqual(ofEngine(await loads(['schedule'], 'process')), [])
  })
})
