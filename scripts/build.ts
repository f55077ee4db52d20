/**
 * `npm run build`, after the compiler has checked the types: bundles the plugins and the command line, and writes the
 * manifest from which oclif knows all commands without loading them. All of it anew each time, so nothing is stale.
 */
import {existsSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {Plugin, settings} from '@oclif/core'
import type {Metafile} from 'esbuild'
import {bundleCommandLine, bundlePlugin, joined} from './bundle.js'
import {bundleFast} from './bundle-fast.js'
import {compiledFiles, compileParts} from './compile-parts.js'
import {settleOutputs} from './settle-outputs.js'
import {licenses} from './third-party.js'
import {SELDOM_IMPORTS} from './trim-oclif.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const MANIFEST = join(ROOT, 'oclif.manifest.json')

/** A plugin's types are the compiler's, and go when their source goes. */
const typesOf =
  (folder: string) =>
  (path: string): boolean =>
    path === '.tsbuildinfo' || existsSync(join(ROOT, folder, 'src', path.replace(/\.d\.ts$/, '.ts')))

const buildPlugin = async (folder: string): Promise<Metafile> => {
  const {outputs, metafile} = await bundlePlugin(ROOT, folder)
  settleOutputs(ROOT, `${folder}/dist`, outputs, typesOf(folder))
  return metafile
}

const buildCommandLine = async (plugins: readonly Metafile[]): Promise<void> => {
  const {outputs, metafile} = joined(await bundleCommandLine(ROOT), await bundleFast(ROOT))
  settleOutputs(ROOT, 'dist', [
    ...outputs,
    {path: 'dist/package.json', text: JSON.stringify({type: 'commonjs', imports: SELDOM_IMPORTS})},
    {path: 'dist/third-party-licenses.txt', text: licenses(ROOT, [metafile, ...plugins])},
    {path: 'dist/metafile.json', text: JSON.stringify(metafile)},
  ])
}

const writeManifest = async (): Promise<void> => {
  settings.enableAutoTranspile = false
  const plugin = new Plugin({
    root: ROOT,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  writeFileSync(MANIFEST, JSON.stringify(plugin.manifest))
}

// Without a manifest oclif asks the commands themselves: slow, but never wrong.
rmSync(MANIFEST, {force: true})
// And what was compiled of other code is never to be found beside this.
for (const file of compiledFiles(ROOT)) rmSync(file)
// The others are made with it inside.
await buildPlugin('plugins/api')
const others = readdirSync(join(ROOT, 'plugins')).filter(name => name !== 'api')
await buildCommandLine(await Promise.all(others.map(name => buildPlugin(`plugins/${name}`))))
await writeManifest()
compileParts(ROOT)
