/**
 * oclif as the bundle takes it: what `god` does not use is not loaded, and what it seldom uses is loaded when used.
 * docs/decisions/0009-build.md has the figures.
 *
 * Each change names the text it expects. Where a new oclif has another text the build fails, and the change is looked
 * at again.
 */
import {readFileSync} from 'node:fs'
import type {Plugin} from 'esbuild'

/** The names that our sources take from '@oclif/core', and the files that have them: its index loads 158. */
const NAMES = [
  "export * as Args from '@oclif/core/args'",
  "export {Command} from '@oclif/core/command'",
  "export {Config} from '@oclif/core/config'",
  "export * as Flags from '@oclif/core/flags'",
  "export {run} from '@oclif/core/run'",
  "export {settings} from '@oclif/core/settings'",
]

interface Change {
  readonly file: string
  readonly from: string
  readonly to: string
}

const CHANGES: readonly Change[] = [
  {
    // The first comparison by a locale costs Node a quarter of a bare start; ids of commands are plain ASCII.
    file: 'config/plugin.js',
    from: 'a.id.localeCompare(b.id)',
    to: '(a.id < b.id ? -1 : 1)',
  },
  {
    // A name is no pattern: each question of minimatch compiles one.
    file: 'config/plugin-loader.js',
    from: '(0, minimatch_1.minimatch)(p, w)',
    to: '(/[*?[{(!]/.test(w) ? (0, minimatch_1.minimatch)(p, w) : p === w)',
  },
  {
    // The package that tells Windows' Linux from others is asked only where the kernel's name makes it likely.
    file: 'util/os.js',
    from: "(await import('wsl-utils')).isWsl ?",
    to: "/microsoft/i.test(node_os_1.release()) && (await import('wsl-utils')).isWsl ?",
  },
]

export const changed = (text: string, {file, from, to}: Change): string => {
  if (text.split(from).length !== 2)
    throw new Error(`@oclif/core: lib/${file} has changed: no '${from}' in it`)
  return text.replace(from, to)
}

/**
 * Imports what may be anything, from a file of its own: of code that the build has compiled (compile-parts.ts) Node does
 * not know any more where its imports start from.
 */
export const IMPORT_ANYTHING = {
  path: 'dist/import-anything.js',
  text: "'use strict'\nmodule.exports = url => import(url)\n",
}

/** The modules of oclif that import by a computed name. */
const IMPORTERS = ['module-loader.js', 'config/ts-path.js']

const importsElsewhere = (file: string, text: string): string => {
  if (!IMPORTERS.includes(file)) return text
  if (!text.includes('await import(')) throw new Error(`@oclif/core: lib/${file} imports nothing any more`)
  return text.replaceAll('await import(', "await require('#import-anything')(")
}

const REQUIRE = /^const (\w+_\d+) = ((?:__import(?:Default|Star)\()?require\("[^"]+"\)\)?);$/gm

/** `const x_1 = require("x")`, as TypeScript writes it, becomes a function, and each use of `x_1` a call of it. */
export const lazily = (text: string): string => {
  const names: string[] = []
  const declared = text.replace(REQUIRE, (_, name: string, value: string) => {
    names.push(name)
    return `let $${name};\nconst get$${name} = () => ($${name} ??= ${value});`
  })
  return names.reduce(
    (code, name) => code.replace(new RegExp(`(?<![$\\w])${name}\\b`, 'g'), () => `(get$${name}())`),
    declared,
  )
}

/** Packages that oclif uses where a plugin has no manifest, for the help, or never: each a file of its own. */
export const SELDOM = ['cli-spinners', 'ejs', 'lilconfig', 'minimatch', 'tinyglobby'] as const

/** Where Node finds them: `imports` of dist/package.json. */
export const SELDOM_IMPORTS = {'#seldom/*': './seldom/*.js', '#import-anything': './import-anything.js'}

const SELDOM_NAME = new RegExp(`^(${SELDOM.join('|')})$`)

const LIB = /@oclif\/core\/lib\/(.+\.js)$/

export const trimOclif = (root: string): Plugin => ({
  name: 'trim-oclif',
  setup(build) {
    build.onResolve({filter: /^@oclif\/core$/}, () => ({path: 'names', namespace: 'oclif'}))
    build.onLoad({filter: /.*/, namespace: 'oclif'}, () => ({contents: NAMES.join('\n'), resolveDir: root}))
    build.onResolve({filter: /^#import-anything$/}, ({path}) => ({path, external: true}))
    build.onResolve({filter: SELDOM_NAME}, ({path, importer}) =>
      LIB.test(importer) ? {path: `#seldom/${path}`, external: true} : null,
    )
    build.onLoad({filter: LIB}, ({path}) => {
      const file = LIB.exec(path)?.[1] ?? ''
      const mine = CHANGES.filter(change => change.file === file)
      const text = importsElsewhere(file, mine.reduce(changed, readFileSync(path, 'utf8')))
      return {contents: lazily(text), loader: 'js'}
    })
  },
})
