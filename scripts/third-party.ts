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

/** Some packages have a folder of them. */
const legalFiles = (folder: string): readonly string[] =>
  readdirSync(folder, {withFileTypes: true})
    .filter(({name}) => /^(licen[cs]es?|copying|notice)/i.test(name))
    .flatMap(entry => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? legalFiles(path) : [path]
    })

const textOf = (folder: string): string => {
  const {name, version, license} = v.parse(
    packageSchema,
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  )
  const texts = legalFiles(folder).map(file => readFileSync(file, 'utf8').trim())
  return [`${name} ${version} (${license})`, ...texts].join('\n\n')
}

export const licenses = (root: string, metafiles: readonly Metafile[]): string => {
  const paths = metafiles.flatMap(({inputs}) => Object.keys(inputs))
  const folders = new Set(paths.flatMap(path => FOLDER.exec(path)?.[0] ?? []))
  const texts = [...folders].sort().map(folder => textOf(join(root, folder)))
  return `Compiled into god are these packages; of @oclif/core, the loading is changed by scripts/trim-oclif.ts.\n\n${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
