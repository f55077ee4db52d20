/**
 * Judges the folder of a plugin, for its author: what its package.json says, whether its modules load and make what
 * they say, and, for schedulers, the contract. Runs the plugin's code as the caller.
 */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Scheduler} from '@god-cli/api'
import {GodError} from '../core/errors.js'
import {loadProvider} from './loader.js'
import {type Manifest, readManifest} from './manifest.js'
import {checkOptions, checkSchema} from './options.js'
import {misfit, type Provider, providersIn} from './resolver.js'

export interface Judgement {
  readonly what: string
  readonly ok: boolean
  readonly text: string
}

const good = (what: string, text: string): Judgement => ({what, ok: true, text})
const bad = (what: string, text: string): Judgement => ({what, ok: false, text})

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Throws nothing: what is thrown is the judgement. */
const tried = async (what: string, act: () => Promise<string>): Promise<Judgement> => {
  try {
    return good(what, await act())
  } catch (error) {
    return bad(what, reason(error))
  }
}

const isPlugin = (folder: string): boolean => {
  const value: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return typeof value === 'object' && value !== null && Reflect.get(value, 'oclif') !== undefined
}

const ofPackage = (folder: string, {name, version, api, providers}: Manifest): readonly Judgement[] => {
  const wrongApi = misfit({plugin: name, version, api})
  return [
    name !== '' && version !== ''
      ? good('package', `${name} ${version}`)
      : bad('package', 'package.json has no name or no version'),
    isPlugin(folder)
      ? good('oclif', 'can be installed')
      : bad('oclif', 'package.json has no "oclif" key; "oclif": {} is enough'),
    wrongApi === null ? good('api', String(api)) : bad('api', wrongApi),
    providers.length > 0
      ? good('god', `provides ${providers.map(({kind, id}) => `${kind} ${id}`).join(', ')}`)
      : bad('god', 'package.json has no "god" block with providers'),
  ]
}

const keepsContract = async (create: () => Scheduler): Promise<readonly Judgement[]> => {
  const {schedulerContract} = await import('@god-cli/api/testing')
  const cases: {title: string; run: () => void | Promise<void>}[] = []
  schedulerContract((title, run) => void cases.push({title, run}), create)
  return Promise.all(
    cases.map(({title, run}) =>
      tried('contract', async () => {
        await run()
        return title
      }).then(judged => (judged.ok ? judged : bad('contract', `not so: ${title}`))),
    ),
  )
}

/** More than the contract asks for. */
const MOST_CASES = 50

type Options = Readonly<Record<string, string>>

const ofScheduler = async (provider: Provider, options: Options): Promise<readonly Judgement[]> => {
  const {trialHost} = await import('@god-cli/api/testing')
  const make = (): Promise<Scheduler> => loadProvider({...provider, kind: 'scheduler'}, trialHost({options}))
  const last = await make()
  // A fresh one for each case, as the contract wants it; making one may take a while, and asking must not.
  const fresh = await Promise.all(Array.from({length: MOST_CASES}, make))
  return keepsContract(() => fresh.pop() ?? last)
}

const made = async (provider: Provider, options: Options): Promise<readonly Judgement[]> => {
  const what = `${provider.kind} ${provider.id}`
  const {trialHost} = await import('@god-cli/api/testing')
  const loaded = await tried(what, async () => {
    await checkSchema(provider)
    await checkOptions(provider, {options, originOf: () => '--option'})
    await loadProvider(provider, trialHost({options}))
    return `loads, and is made with ${Object.keys(options).length} options`
  })
  if (!loaded.ok) return [loaded]
  if (provider.kind === 'scheduler') return [loaded, ...(await ofScheduler(provider, options))]
  return [loaded, good('contract', 'needs an engine or a source of its own: run its own tests')]
}

export const checkPlugin = async (folder: string, options: Options): Promise<readonly Judgement[]> => {
  let manifest: Manifest
  try {
    manifest = readManifest(folder)
  } catch (error) {
    if (!(error instanceof GodError)) throw error
    return [bad('package', error.message)]
  }
  const judged = ofPackage(folder, manifest)
  if (misfit({...manifest, plugin: manifest.name}) !== null) return judged
  const providers = providersIn(manifest, 'user', () => null)
  const rest = []
  for (const provider of providers) rest.push(...(await made(provider, options)))
  return [...judged, ...rest]
}
