/**
 * `god init`: a new shared directory. FORMAT is written last: interrupted, `init` is run again. One that is there is
 * never touched.
 */

import {asError, GodError} from '../../core/errors.js'
import {FORMAT} from '../../core/format.js'
import {checkImageName} from '../../core/image-name.js'
import {SETTINGS} from '../../core/settings/settings.js'
import {callerUid} from '../../host/environment.js'
import {randomCluster, randomToken} from '../../host/random.js'
import {initTarget, locate} from '../../host/shared-dir.js'
import {executorRunsImages, pickProvider} from '../../plugin/resolver.js'
import {type Format, initDirectory} from '../../store/directory.js'
import {createDurable} from '../../store/disk/durable.js'
import {realFileSystem} from '../../store/disk/file-system.js'
import {layoutOf} from '../../store/layout.js'
import {currentOffer} from '../offer.js'
import {settleMany} from './many.js'

export interface InitChoice {
  readonly dir: string | undefined
  readonly named: string | undefined
  readonly executor: string
  readonly images: readonly string[]
  readonly multiUser: boolean
  /** Who serves it, if not root. */
  readonly serviceAccount: string | undefined
}

/** Every key with its default and what it may be, commented out; what was chosen, in force. */
export const configText = (executor: string, images: readonly string[]): string => {
  const chosen: Readonly<Record<string, string>> = {
    executor,
    ...(images.length === 0 ? {} : {default_images: images.join(', ')}),
  }
  const blocks = Object.entries(SETTINGS)
    .filter(([key]) => key !== 'shared_dir')
    .map(([key, rule]) => {
      const {show}: {show: (value: never) => string} = rule
      const line = key in chosen ? `${key} = ${chosen[key]}` : `;${key} = ${show(rule.initial as never)}`
      return `; ${rule.purpose} (${rule.expects})\n${line}\n`
    })
  return `; Configuration of this god directory. 'god config' shows what is in force.\n\n${blocks.join('\n')}`
}

export interface Initialised {
  readonly dir: string
  readonly config: string
  readonly executor: string
  readonly cluster: string
  readonly mode: Format['mode']
  /** By commands that are run from here and are told nothing. */
  readonly found: boolean
}

const isFound = (root: string): boolean => {
  try {
    return locate().root === root
  } catch (error) {
    if (error instanceof GodError) return false
    throw error
  }
}

const checkImages = (images: readonly string[]): void => {
  for (const image of images) {
    const no = checkImageName(image)
    if (no !== null) throw asError(no)
  }
}

export const initSite = (choice: InitChoice): Initialised => {
  const {dir, named, executor, images, multiUser} = choice
  const {providers} = currentOffer()
  pickProvider(providers, 'executor', executor)
  checkImages(images)
  const layout = layoutOf(initTarget(dir, named))
  const cluster = randomCluster()
  const mode = multiUser ? 'multi' : 'single'
  const format: Format = {format: FORMAT, cluster, mode, fs: 'local'}
  if (multiUser) settleMany(layout, executor, choice.serviceAccount, providers)
  const durable = createDurable({fs: realFileSystem, random: randomToken, halt: () => undefined})
  const runsImages = executorRunsImages(executor, providers)
  const text = configText(executor, runsImages ? images : [])
  initDirectory(durable, layout, format, text, callerUid() === 0 && !runsImages)
  return {dir: layout.root, config: layout.config, executor, cluster, mode, found: isFound(layout.root)}
}
