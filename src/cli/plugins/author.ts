/** What authors of plugins ask for: a skeleton, and a judgement. */
import {join} from 'node:path'
import type {ProviderKind} from '@god-cli/api'
import {GodError} from '../../core/errors.js'
import {EXIT} from '../../core/exit.js'
import {workingFolder} from '../../host/environment.js'
import {existingPath} from '../../host/user-file.js'
import {checkPlugin, type Judgement} from '../../plugin/check.js'
import {KINDS} from '../../plugin/manifest.js'
import {packageRoot} from '../../plugin/package-root.js'
import {writeSkeleton} from '../../plugin/skeleton.js'
import type {Style} from '../screen/style.js'

export interface Created {
  readonly folder: string
  readonly files: readonly string[]
}

const ID = /^[a-z][a-z0-9-]{0,31}$/

export const kindOf = (word: string): ProviderKind => {
  const kind = KINDS.find(one => one === word)
  if (kind !== undefined) return kind
  throw new GodError('E_USAGE', `there is no kind of plugin '${word}'`, `There are: ${KINDS.join(', ')}.`)
}

/** Below the working directory. */
export const createPlugin = (kind: ProviderKind, id: string): Created => {
  if (!ID.test(id))
    throw new GodError(
      'E_USAGE',
      `'${id}' is no name that a configuration can have for a plugin`,
      'Use small letters, digits and dashes, up to 32.',
    )
  const here = workingFolder()
  if (here === null) throw new GodError('E_PLUGIN_FAILED', 'the working directory is gone', 'Go elsewhere.')
  const folder = join(here, `god-${kind}-${id}`)
  return {folder, files: writeSkeleton(packageRoot(), kind, id, folder)}
}

const optionOf = (word: string): [string, string] => {
  const at = word.indexOf('=')
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)]
  throw new GodError('E_USAGE', `'${word}' is no option`, 'Write KEY=VALUE.')
}

export const judgePlugin = (folder: string, options: readonly string[]): Promise<readonly Judgement[]> => {
  const path = existingPath(folder)
  if (path === null) throw new GodError('E_PLUGIN_FAILED', `there is no folder ${folder}`)
  return checkPlugin(path, Object.fromEntries(options.map(optionOf)))
}

export const judgementsText = (judgements: readonly Judgement[], style: Style): string =>
  judgements
    .map(({what, ok, text}) => {
      const mark = ok ? style.good('ok  ') : style.bad('FAIL')
      return `${mark} ${what.padEnd(20)} ${text}\n`
    })
    .join('')

export const judgementsJson = (judgements: readonly Judgement[]): object => ({
  schema: 1,
  good: judgements.every(({ok}) => ok),
  judgements,
})

export const judgementsExit = (judgements: readonly Judgement[]): number =>
  judgements.every(({ok}) => ok) ? EXIT.ok : EXIT.failed
