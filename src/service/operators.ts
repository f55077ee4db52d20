/**
 * Who may act on the jobs of everybody: root, the service itself, and whom the configuration names. A name that nobody
 * can look up now gives nobody more rights. Asked anew each time: nothing is kept.
 */
import type {Uid} from '../core/brand.js'
import type {Service} from './service.js'

const uidOf = async ({auth, log}: Service, named: string): Promise<number | null> => {
  if (/^\d+$/.test(named)) return Number(named)
  try {
    return (await auth.byName(named))?.uid ?? null
  } catch (error) {
    log('warning', `cannot look up the operator ${named} now: ${String(error)}`)
    return null
  }
}

export const operatorsOf = async (service: Service): Promise<ReadonlySet<Uid>> => {
  const named = await Promise.all(service.settings.operators.map(name => uidOf(service, name)))
  return new Set<Uid>([service.uid, 0 as Uid, ...named.flatMap(uid => (uid === null ? [] : [uid as Uid]))])
}
