/**
 * The short way of the commands that people call all day: a file each in `dist/fast/`, with the words that it
 * understands in it. Packages that the usual call does not need are files beside it, loaded when they are used; so is
 * all of Node's own that is not loaded anyway. docs/decisions/0013-fast-path.md has the figures.
 */
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import type {Command} from '@oclif/core'
import {type Plugin, transform} from 'esbuild'
import {directiveFlags} from '../src/cli/submit/directive-flags.js'
import {asRequired, type Bundle, bundled, joined, type Output, packageOf} from './bundle.js'
import {FAST_FLAGS} from './fast-flags.js'
import {fastTable} from './fast-table.js'

export const FAST_COMMANDS = ['stat', 'submit'] as const

/** For a terminal, for colours, for a word that was mistyped, for a setting that is more than a word. */
const BESIDE = ['chalk', 'cli-table3', 'fastest-levenshtein', 'ini'] as const

const beside: Plugin = {
  name: 'beside',
  setup({onResolve}) {
    onResolve({filter: new RegExp(`^(${BESIDE.join('|')})$`)}, ({path}) => ({
      path: `./${path}.cjs`,
      external: true,
    }))
  },
}

const IMPORTED = /^var (import_\w+) = (.*require\("[^"]+"\).*);$/gm

/** Of valibot: built of dozens of calls, and most of them for what the usual call does not read. */
const SCHEMA = /^var (\w+Schemas?\d*|EMOJI_REGEX) = ([\s\S]*?);$(?!\n[ })])/gm

/** What esbuild declares by `var x = ...` becomes a function, and each use of `x` a call of it. */
export const whenUsed = (text: string): string => {
  const names: string[] = []
  const later = (_: string, name: string, value: string): string => {
    names.push(name)
    return `var $${name};\nvar get$${name} = () => ($${name} ??= ${value});`
  }
  const declared = text.replace(IMPORTED, later).replace(SCHEMA, later)
  // A key of an object has its colon at once; esbuild writes a blank before that of a choice. A field's name comes
  // after a dot, a name that is spread after three.
  const use = (name: string): RegExp => new RegExp(`(?<![$\\w])(?<!(?<!\\.\\.)\\.)${name}\\b(?!:)`, 'g')
  return names.reduce((code, name) => code.replace(use(name), () => `(get$${name}())`), declared)
}

/** Node reads all of it at each start. Names stay, for stacks in reports. */
const small = async ({path, text}: Output): Promise<Output> => {
  const {code} = await transform(whenUsed(text), {
    minifySyntax: true,
    minifyWhitespace: true,
    charset: 'ascii',
    target: 'node20.19',
  })
  return {path, text: code}
}

const bundleOne = async (root: string, command: (typeof FAST_COMMANDS)[number]): Promise<Bundle> => {
  const module: {default: Command.Class} = await import(
    pathToFileURL(join(root, `commands/${command}.ts`)).href
  )
  const {outputs, metafile} = await bundled(root, {
    entryPoints: {[command]: `src/cli/fast-${command}.ts`},
    outdir: 'dist/fast',
    format: 'cjs',
    splitting: false,
    outExtension: {'.js': '.cjs'},
    plugins: [beside],
    define: {
      FAST_TABLE: JSON.stringify(fastTable(command, module.default, FAST_FLAGS[command])),
      DIRECTIVE_FLAGS: JSON.stringify(directiveFlags(module.default.flags)),
      'import.meta.url': '$module.url',
    },
    banner: {
      js: "const $module = {get url() { return require('node:url').pathToFileURL(__filename).href }};",
    },
  })
  return {outputs: await Promise.all(outputs.map(small)), metafile}
}

/** Hooks run in oclif alone; one of our own that runs with every command would be missed. */
const checkHooks = (root: string): void => {
  const names = Object.keys(packageOf(root).oclif.hooks).filter(name => name !== 'command_not_found')
  if (names.length > 0) throw new Error(`the short way runs no hooks, and there are: ${names.join(', ')}`)
}

export const bundleFast = async (root: string): Promise<Bundle> => {
  checkHooks(root)
  const packages = await bundled(root, {
    entryPoints: [...BESIDE],
    outdir: 'dist/fast',
    outExtension: {'.js': '.cjs'},
    format: 'cjs',
    splitting: false,
    plugins: [asRequired(root)],
  })
  return joined(...(await Promise.all(FAST_COMMANDS.map(name => bundleOne(root, name)))), packages)
}
