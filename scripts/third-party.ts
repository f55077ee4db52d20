/** The licences of the packages that are compiled into the bundle, for their authors ask to be named with each copy. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Metafile} from 'esbuild'
import * as v from 'valibot'

const packageSchema = v.object({
  name: v.string(),
  version: v.string(),
  license: v.optional(v.string(), 'see its home'),
})

const FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/

const textOf = (folder: string): string => {
  const {name, version, license} = v.parse(
    packageSchema,
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  )
  const files = readdirSync(folder).filter(file => /^(licen[cs]e|copying|notice)/i.test(file))
  const texts = files.map(file => readFileSync(join(folder, file), 'utf8').trim())
  return [`${name} ${version} (${license})`, ...texts].join('\n\n')
}

export const licenses = (root: string, metafiles: readonly Metafile[]): string => {
  const paths = metafiles.flatMap(({inputs}) => Object.keys(inputs))
  const folders = new Set(paths.flatMap(path => FOLDER.exec(path)?.[0] ?? []))
  const texts = [...folders].sort().map(folder => textOf(join(root, folder)))
  return `Compiled into god are these packages; of @oclif/core, the loading is changed by scripts/trim-oclif.ts.\n\n${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
