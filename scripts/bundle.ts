/**
 * What is compiled into what. The command line: into `dist/`, a file for each command, hook and `main`, with what
 * several of them need in shared chunks. Each plugin: into one file per entry in its own `dist/`.
 *
 * What a package.json names under `dependencies` stays outside and is installed; everything else goes in.
 */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {type BuildOptions, build, type Metafile, type Plugin, transform} from 'esbuild'
import * as v from 'valibot'
import {IMPORT_ANYTHING, SELDOM, trimOclif} from './trim-oclif.js'

export interface Output {
  /** From the root of the project. */
  readonly path: string
  readonly text: string
}

export interface Bundle {
  readonly outputs: readonly Output[]
  readonly metafile: Metafile
}

const hook = v.union([v.string(), v.array(v.string())])

const packageSchema = v.object({
  dependencies: v.optional(v.record(v.string(), v.string()), {}),
  exports: v.optional(v.record(v.string(), v.union([v.string(), v.object({default: v.string()})])), {}),
  oclif: v.optional(v.object({hooks: v.optional(v.record(v.string(), hook), {})}), {}),
})

export const packageOf = (folder: string): v.InferOutput<typeof packageSchema> =>
  v.parse(packageSchema, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))

const sourceOf = (path: string): string => path.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts')

const SHARED: BuildOptions = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  charset: 'utf8',
  metafile: true,
  write: false,
  legalComments: 'none',
  logLevel: 'warning',
}

export const bundled = async (root: string, options: BuildOptions): Promise<Bundle> => {
  const {outputFiles = [], metafile} = await build({...SHARED, ...options, absWorkingDir: root})
  if (metafile === undefined) throw new Error('esbuild gave no metafile')
  const outputs = outputFiles.map(({path, text}) => ({path: path.slice(root.length + 1), text}))
  return {outputs, metafile}
}

export const joined = (...bundles: readonly Bundle[]): Bundle => ({
  outputs: bundles.flatMap(({outputs}) => outputs),
  metafile: {
    inputs: Object.assign({}, ...bundles.map(({metafile}) => metafile.inputs)),
    outputs: Object.assign({}, ...bundles.map(({metafile}) => metafile.outputs)),
  },
})

const OWN_IMPORT = /\bimport\(("\.{1,2}\/[^"]+")\)/g

/** Node starts CommonJS faster than ES modules, and esbuild splits only the latter: so what it made is turned. */
const asCommonJs = async ({path, text}: Output): Promise<Output> => {
  const banner = text.includes('$moduleUrl')
    ? "const $moduleUrl = require('node:url').pathToFileURL(__filename).href"
    : ''
  const {code} = await transform(text, {format: 'cjs', platform: 'node', target: 'node20.19', banner})
  // Parts of our own that are loaded later are CommonJS too; what is imported by a computed name may be anything.
  return {path, text: code.replace(OWN_IMPORT, 'Promise.resolve().then(() => require($1))')}
}

/** Found by oclif only where it compiles sources itself, which `god` never lets it. */
const COMPILERS = ['typescript', 'ts-node', 'tsx', 'pnpapi']

export const commandEntries = (root: string): string[] =>
  readdirSync(join(root, 'commands'), {recursive: true, encoding: 'utf8'})
    .filter(name => name.endsWith('.ts'))
    .map(name => `commands/${name}`)
    .sort()

/** Each entry as `require` finds it: packages often have another form for `import`, which needs more at run time. */
export const asRequired = (root: string): Plugin => ({
  name: 'as-required',
  setup({onResolve, onLoad}) {
    onResolve({filter: /.*/}, ({path, kind}) =>
      kind === 'entry-point' ? {path, namespace: 'required'} : null,
    )
    onLoad({filter: /.*/, namespace: 'required'}, ({path}) => ({
      contents: `module.exports = require('${path}')`,
      resolveDir: root,
    }))
  },
})

export const bundleCommandLine = async (root: string): Promise<Bundle> => {
  const {dependencies, oclif} = packageOf(root)
  const hooks = Object.values(oclif.hooks)
    .flat()
    .filter(path => path.startsWith('./dist/'))
  const {outputs, metafile} = await bundled(root, {
    entryPoints: [
      'src/cli/main.ts',
      'src/cli/complete/main.ts',
      ...hooks.map(sourceOf),
      ...commandEntries(root),
    ],
    outbase: '.',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    external: [...Object.keys(dependencies), ...COMPILERS],
    define: {'import.meta.url': '$moduleUrl'},
    plugins: [trimOclif(root)],
  })
  const seldom = await bundled(root, {
    entryPoints: [...SELDOM],
    outdir: 'dist/seldom',
    format: 'cjs',
    splitting: false,
    plugins: [asRequired(root)],
  })
  return joined(
    {outputs: [...(await Promise.all(outputs.map(asCommonJs))), IMPORT_ANYTHING], metafile},
    seldom,
  )
}

/** `./dist/x.js` of the exports, made of `src/x.ts`. */
export const bundlePlugin = async (root: string, folder: string): Promise<Bundle> => {
  const {dependencies, exports} = packageOf(join(root, folder))
  const entries = Object.values(exports)
    .map(entry => (typeof entry === 'string' ? entry : entry.default))
    .filter(path => path.startsWith('./dist/'))
  return bundled(root, {
    entryPoints: entries.map(entry => `${folder}/src/${sourceOf(entry)}`),
    outbase: `${folder}/src`,
    outdir: `${folder}/dist`,
    chunkNames: '[name]-[hash]',
    external: Object.keys(dependencies),
  })
}
