/**
 * Runs a command of oclif's plugin of plugins, which runs npm: in the place meant, with the scripts of packages off
 * unless asked for, and without a word of its own on our streams. What npm said is told if it fails.
 *
 * An interrupted run leaves a list that names what was finished; running it again mends the rest.
 */
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import type {Config} from '@oclif/core'
import {GodError} from '../../core/errors.js'
import {neutralise} from '../../core/text.js'
import {runNode} from '../../host/child.js'
import {variable} from '../../host/environment.js'
import {NPM_PROGRAM} from '../../host/npm-program.js'

const OCLIF_PLUGINS = '@oclif/plugin-plugins'

export interface NpmRun {
  /** `plugins:install` and the like. */
  readonly id: string
  readonly args: readonly string[]
  /** What was meant, for the complaint. */
  readonly what: string
  /** The folder of plugins. */
  readonly place: string
  readonly scripts: boolean
  readonly json: boolean
}

/** npm asks no registry for its own news, and is not put off for minutes where there is none. */
const npmVariables = (scripts: boolean): Readonly<Record<string, string>> => ({
  npm_config_ignore_scripts: String(!scripts),
  npm_config_update_notifier: 'false',
  npm_config_fetch_retries: variable('npm_config_fetch_retries') ?? '1',
  npm_config_fetch_retry_mintimeout: variable('npm_config_fetch_retry_mintimeout') ?? '1000',
})

const npmErrors = (said: string): string =>
  said
    .split('\n')
    .filter(line => /^npm (error|err!)/i.test(line) && !/A complete log of this run/.test(line))
    .map(line => `${neutralise(line)}\n`)
    .join('')

const KNOWN: readonly (readonly [RegExp, string, string])[] = [
  [
    /plugin is invalid/,
    'it is no plugin of god: its package.json has no "oclif" key',
    'Its author adds "oclif": {}.',
  ],
  [
    /does not exist in the registry/,
    'the registry has no such package, or does not answer',
    'Check the name.',
  ],
  [/could not find package\.json/, 'that folder has no package.json', 'Name the folder of a package.'],
  [/Invalid npm package name/, 'that is no name of a package', 'Check the name.'],
  [/is not installed$/, 'it is not installed', "See 'god plugins'."],
  [/exited with code \d+$|^Command failed/, 'npm failed', 'See its words above.'],
]

const failed = (what: string, message: string): GodError => {
  const [line = ''] = message.split('\n')
  const known = KNOWN.find(([pattern]) => pattern.test(line))
  return new GodError('E_PLUGIN_FAILED', `cannot ${what}: ${known?.[1] ?? line}`, known?.[2] ?? '')
}

interface Answer {
  readonly args: readonly string[]
  readonly error: string | null
}

const answerOf = (message: unknown): Answer => {
  const field = (name: string): unknown =>
    typeof message === 'object' && message !== null ? Reflect.get(message, name) : undefined
  const [args, error] = [field('args'), field('error')]
  return {
    args: Array.isArray(args) ? args.filter(word => typeof word === 'string') : [],
    error: typeof error === 'string' ? error : null,
  }
}

/** The words as they were passed on: what was packed has its new address. */
export const npmRun = async (config: Config, run: NpmRun): Promise<readonly string[]> => {
  const plugin = config.plugins.get(OCLIF_PLUGINS)
  if (plugin === undefined) throw new GodError('E_BUG', `${OCLIF_PLUGINS} is missing`)
  const entry = pathToFileURL(join(plugin.root, 'lib', 'index.js')).href
  const variables = {...npmVariables(run.scripts), GOD_DATA_DIR: run.place}
  const words = [entry, run.id, config.root, run.place, ...run.args]
  const {code, said, message} = await runNode(NPM_PROGRAM, words, variables)
  const answer = answerOf(message)
  if (code === 0) return answer.args
  if (!run.json) process.stderr.write(npmErrors(said))
  throw failed(run.what, answer.error ?? `npm ended with code ${code}`)
}
