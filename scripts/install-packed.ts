/**
 * This project as its users get it: packed from a clean copy of what git has, and installed from that tarball into an
 * empty place, without install scripts. For the tests of the package, and for benchmarks of what users start.
 */
import {execFileSync} from 'node:child_process'
import {cpSync, mkdirSync, readdirSync, realpathSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export interface Installed {
  readonly tarball: string
  /** Paths in the tarball, from the package's root. */
  readonly files: readonly string[]
  /** What a shell would find in PATH. */
  readonly bin: string
  /** Where the package lies. */
  readonly root: string
}

const run = (program: string, args: readonly string[], cwd: string): string =>
  execFileSync(program, args, {cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1e8})

/** What git tracks or would track, and the installed packages: no build of anybody's. */
const cleanCopy = (to: string): void => {
  const files = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], ROOT)
  for (const file of files.split('\0')) {
    if (file !== '') cpSync(join(ROOT, file), join(to, file), {recursive: true})
  }
  // Links within it lead to the copy's own plugins.
  execFileSync('cp', ['-a', join(realpathSync(ROOT), 'node_modules'), to])
}

export const installPacked = (folder: string): Installed => {
  const [copy, packs, prefix] = ['copy', 'packs', 'prefix'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const path of [copy, packs, prefix]) mkdirSync(path)
  cleanCopy(copy)
  run('npm', ['pack', '--loglevel=error', '--pack-destination', packs], copy)
  const tarball = join(packs, readdirSync(packs)[0] ?? '')
  run(
    'npm',
    [
      'install',
      '--global',
      '--prefix',
      prefix,
      '--ignore-scripts',
      '--prefer-offline',
      '--loglevel=error',
      tarball,
    ],
    folder,
  )
  return {
    tarball,
    files: run('tar', ['-tf', tarball], packs)
      .split('\n')
      .filter(path => path !== '')
      .map(path => path.replace(/^package\//, '')),
    bin: join(prefix, 'bin/god'),
    root: join(prefix, 'lib/node_modules/@god-cli/god'),
  }
}
