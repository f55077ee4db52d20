/** The plugins that this process can find: built in, the host's, the caller's. Nothing of them is imported. */
import {callerUid} from '../host/environment.js'
import {systemPlace, userPlace} from '../host/plugin-places.js'
import {type Offer, offerOf} from '../plugin/offer.js'
import {packageRoot} from '../plugin/package-root.js'
import {builtinProviders, executorNeeds} from '../plugin/resolver.js'

export const currentOffer = (): Offer =>
  offerOf({root: packageRoot(), system: systemPlace(), user: userPlace(), uid: callerUid()})

/** Those of others are looked for only where it is none of ours: `submit` asks this each time. */
export const needsOf = (executor: string): ReturnType<typeof executorNeeds> => {
  const builtin = builtinProviders(packageRoot())
  const known = builtin.some(({kind, id}) => kind === 'executor' && id === executor)
  return executorNeeds(executor, known ? builtin : currentOffer().providers)
}

export const runsImages = (executor: string): boolean => needsOf(executor).images
