/**
 * The import table of CONTRIBUTING.md, read from the import lines themselves: who may know whom, who owns which
 * package, no cycles, no file too long. A line that breaks it fails here before it becomes a habit.
 */
import assert from 'node:assert/strict'
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {dirname, join, relative, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), {withFileTypes: true})
    .flatMap(entry => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sources(path)
      return /\.(ts|cjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : []
    })
    .sort()

const FILES = ['bin', 'commands', 'src', 'plugins'].flatMap(sources)

interface Import {
  readonly from: string
  /** A path from the root for ours, else the name of a package. */
  readonly to: string
  readonly typeOnly: boolean
}

const LINE =
  /^\s*(?:import|export)\b[^'";]*?\bfrom\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)|\brequire\('([^']+)'\)/gm

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const sourceOf = (path: string): string => path.replace(/^dist\//, '').replace(/\.js$/, '.ts')

const importsOf = (from: string): Import[] =>
  [...readFileSync(join(ROOT, from), 'utf8').matchAll(LINE)].map(match => {
    const specifier = match.slice(1).find(text => text !== undefined) ?? ''
    const typeOnly = /^\s*(import|export)\s+type\b/.test(match[0])
    if (!specifier.startsWith('.'))
      return {from, to: specifier.startsWith('node:') ? specifier : packageOf(specifier), typeOnly}
    return {from, to: sourceOf(relative(ROOT, resolve(ROOT, dirname(from), specifier))), typeOnly}
  })

const IMPORTS = FILES.flatMap(importsOf)

/** Room of a file: the folder that the table speaks of. */
const roomOf = (path: string): string => /^(src\/[^/]+|plugins\/[^/]+|commands|bin)\//.exec(path)?.[1] ?? path

/** What each room may import besides itself: rooms, or single files. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  bin: ['src/cli/main.ts', 'src/cli/complete/main.ts', 'src/cli/fast-stat.ts', 'src/cli/fast-submit.ts'],
  commands: ['src/cli', 'src/service'],
  'src/core': [],
  'src/store': ['src/core'],
  'src/host': ['src/core'],
  'src/plugin': ['src/core'],
  'src/service': ['src/store', 'src/core', 'src/plugin'],
  'src/cli': ['src/core', 'src/host', 'src/store', 'src/plugin'],
  'plugins/api': [],
}

/** Of the store, commands use its readers and the submitter's side; never what publishes, leases or takes. */
const NOT_FOR_CLI = [
  'requests/inbox',
  'lease',
  'epoch',
  'journal',
  'work-folder',
  'disk/guarded-open',
  'bell',
].map(name => `src/store/${name}.ts`)

const OWNERS: Readonly<Record<string, RegExp>> = {
  dockerode: /^plugins\/executor-docker\//,
  ldapjs: /^plugins\/auth-ldap\/src\/(session|guarded-parser)\.ts$/,
  'proper-lockfile': /^src\/store\/lease\.ts$/,
  ajv: /^src\/plugin\/schema\.ts$/,
  chokidar: /^src\/service\/hints\.ts$/,
  cron: /^src\/service\/timetable\.ts$/,
  chalk: /^src\/cli\/screen\/style\.ts$/,
  'cli-table3': /^src\/cli\/screen\/table\.ts$/,
  'cli-progress': /^src\/cli\/screen\/progress\.ts$/,
  echarts: /^src\/cli\/simulate\/picture\.ts$/,
  ini: /^src\/host\/config-file\.ts$/,
  '@oclif/core': /^(commands|src\/cli)\//,
  valibot: /^(src\/(core|store|plugin)\/|plugins\/executor-docker\/src\/answers\.ts$)/,
  'fastest-levenshtein': /^src\/core\/text\.ts$/,
  '@god-cli/api': /^(src|plugins)\//,
}

/** What makes a command one of oclif's: its class and its flags. */
const OF_OCLIF = [
  'base-command',
  'control/command',
  'order-flags',
  'select-flags',
  'submit/flags',
  'plugins/place',
  'simulate/words',
].map(name => `src/cli/${name}.ts`)

/** The entries of the short way. */
const FAST = ['stat', 'submit'].map(name => `src/cli/fast-${name}.ts`)

const FILE_SYSTEM_USERS =
  /^(src\/store\/(disk\/file-system|lease)\.ts|src\/host\/|src\/plugin\/|plugins\/|bin\/)/

const ours = (to: string): boolean => /^(src|plugins|commands|bin)\//.test(to)
const show = (bad: readonly Import[]): string[] => bad.map(({from, to}) => `${from} -> ${to}`)

const allowed = ({from, to}: Import): boolean => {
  const [room, target] = [roomOf(from), roomOf(to)]
  return room === target || (TABLE[room] ?? []).some(entry => entry === target || entry === to)
}

describe('the house', () => {
  it('is read: every room has files, and imports are found in them', () => {
    for (const room of Object.keys(TABLE))
      assert.ok(
        FILES.some(path => roomOf(path) === room),
        room,
      )
    assert.ok(IMPORTS.length > FILES.length)
  })

  it('every import within the project points at a file that is there', () => {
    const missing = IMPORTS.filter(
      ({to}) => ours(to) && !statSync(join(ROOT, to), {throwIfNoEntry: false})?.isFile(),
    )
    assert.deepEqual(show(missing), [])
  })

  it('every room imports only the rooms that the table names', () => {
    assert.deepEqual(show(IMPORTS.filter(entry => ours(entry.to) && !allowed(entry))), [])
  })

  it('a plugin knows the API and its own files alone', () => {
    const strays = IMPORTS.filter(
      ({from, to}) => from.startsWith('plugins/') && ours(to) && roomOf(from) !== roomOf(to),
    )
    assert.deepEqual(show(strays), [])
  })

  it('the source names no plugin but the API', () => {
    const named = IMPORTS.filter(
      ({from, to}) => /^(src|commands)\//.test(from) && /^@god-cli\/(?!api$)/.test(to),
    )
    assert.deepEqual(show(named), [])
  })

  it('a command only uses the reading and the submitting side of the store', () => {
    assert.deepEqual(
      show(IMPORTS.filter(({from, to}) => roomOf(from) === 'src/cli' && NOT_FOR_CLI.includes(to))),
      [],
    )
  })

  it('each package has one owner', () => {
    const packages = IMPORTS.filter(({to}) => !ours(to) && !to.startsWith('node:'))
    const strays = packages.filter(({from, to}) => !(OWNERS[to]?.test(from) ?? false))
    assert.deepEqual(show(strays), [])
  })

  it('the core knows no file, clock, network, environment or chance', () => {
    const touching = IMPORTS.filter(({from, to}) => roomOf(from) === 'src/core' && to.startsWith('node:'))
    assert.deepEqual(show(touching), [])
    const impure = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bsetTimeout\b|\bfetch\(/
    assert.deepEqual(
      FILES.filter(
        path => roomOf(path) === 'src/core' && impure.test(readFileSync(join(ROOT, path), 'utf8')),
      ),
      [],
    )
  })

  it('clock, chance and environment come from the host alone', () => {
    const direct = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.env\b/
    const rooms = ['src/store', 'src/service', 'src/cli', 'src/plugin', 'commands']
    assert.deepEqual(
      FILES.filter(
        path => rooms.includes(roomOf(path)) && direct.test(readFileSync(join(ROOT, path), 'utf8')),
      ),
      [],
    )
  })

  it('files are touched through the port, or at the rim', () => {
    const strays = IMPORTS.filter(({from, to}) => to.startsWith('node:fs') && !FILE_SYSTEM_USERS.test(from))
    assert.deepEqual(show(strays), [])
  })

  it('what a command calls needs no oclif, so that another way in can call it too', () => {
    const reached = (path: string, seen: Set<string> = new Set()): Set<string> => {
      if (seen.has(path)) return seen
      seen.add(path)
      for (const {from, to, typeOnly} of IMPORTS)
        if (from === path && ours(to) && !typeOnly) reached(to, seen)
      return seen
    }
    const called = IMPORTS.filter(
      ({from, to}) =>
        (roomOf(from) === 'commands' || FAST.includes(from)) && ours(to) && !OF_OCLIF.includes(to),
    )
    const bound = IMPORTS.filter(({to, typeOnly}) => to === '@oclif/core' && !typeOnly).map(({from}) => from)
    assert.ok(called.length > 0 && OF_OCLIF.every(path => bound.includes(path)))
    assert.deepEqual(show(called.filter(({to}) => [...reached(to)].some(path => bound.includes(path)))), [])
  })

  it('no file imports itself in a circle, not even for a type', () => {
    const next = new Map<string, string[]>()
    for (const {from, to} of IMPORTS) if (ours(to)) next.set(from, [...(next.get(from) ?? []), to])
    const done = new Set<string>()
    const circle = (path: string, way: readonly string[]): readonly string[] | null => {
      if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
      if (done.has(path)) return null
      for (const to of next.get(path) ?? []) {
        const found = circle(to, [...way, path])
        if (found !== null) return found
      }
      done.add(path)
      return null
    }
    assert.deepEqual(
      FILES.flatMap(path => circle(path, []) ?? []),
      [],
    )
  })

  it('no file is longer than 250 lines, no command than 120', () => {
    const long = FILES.filter(path => {
      const lines = readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1
      return lines > (roomOf(path) === 'commands' ? 120 : 250)
    })
    assert.deepEqual(long, [])
  })

  it('no test is left out without a word', () => {
    const silent = sources('test').filter(
      path =>
        path !== 'test/support/skip.ts' && /\.(skip|only)\(/.test(readFileSync(join(ROOT, path), 'utf8')),
    )
    assert.deepEqual(silent, [])
  })

  it('every file opens with its duty', () => {
    const silent = FILES.filter(
      path => !/^(#!.*\n'use strict'\n)?\/[/*]/.test(readFileSync(join(ROOT, path), 'utf8')),
    )
    assert.deepEqual(silent, [])
  })

  it('there are no barrels and no words that mean nothing', () => {
    const vague = /(^|[/-])(utils?|helpers?|manager|misc|data|common)(\.|-|\/)/
    assert.deepEqual(
      FILES.filter(path => vague.test(path)),
      [],
    )
    const barrels = FILES.filter(
      path => path.endsWith('/index.ts') && !/^(plugins\/[^/]+\/src|commands\/[^/]+)\/index\.ts$/.test(path),
    )
    assert.deepEqual(barrels, [])
  })
})
