/**
 * Which executors an account that is not root can serve many users with: those that an engine runs jobs for. A process of
 * this host would keep what the service was given beyond its own rights. Pure.
 */
import {GodError} from '../core/errors.js'
import {executorRunsImages, type Provider} from './resolver.js'

export const checkServedBy = (uid: number, executor: string, providers: readonly Provider[]): void => {
  if (uid === 0 || executorRunsImages(executor, providers)) return
  throw new GodError(
    'E_SERVICE_RIGHTS',
    `executor = ${executor} runs jobs as processes of this host, which only root can give to their users`,
    'Take executor = docker, or let root serve the directory.',
  )
}
