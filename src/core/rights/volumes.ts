/**
 * The volumes of a job: `NAME`, `NAME:ro` or `NAME:rw` of those that the operator grants (`[volume.NAME]`). Pure.
 * Judged at admission and again at each start, by what the source of accounts says then. A job that is root inside has
 * those alone that are opened to such jobs, for reading: what is closed to its user in them is not closed to root, and
 * through a socket in one a folder of the host could be handed in.
 */
import type {Mount} from '@god-cli/api'
import {type Refusal, refusal} from '../errors.js'
import type {Volume} from '../settings/sections.js'
import {type Grantee, type GroupNumbers, isGranted} from './grants.js'
import {pathFor} from './volume-path.js'

export interface VolumeWish {
  readonly name: string
  /** Null: as the operator grants it. */
  readonly acl: 'ro' | 'rw' | null
}

export const MOST_VOLUMES = 64

export const parseVolume = (text: string): VolumeWish | null => {
  const [, name, acl] = /^([A-Za-z0-9][A-Za-z0-9_-]{0,31})(?::(ro|rw))?$/.exec(text) ?? []
  return name === undefined ? null : {name, acl: acl === 'ro' || acl === 'rw' ? acl : null}
}

const formRefusal = (text: string): Refusal =>
  refusal(
    'E_VOLUME_BAD',
    `'${text}' is no volume`,
    'Write NAME, NAME:ro or NAME:rw; the operator names what there is.',
  )

const checkUse = ({name, acl}: VolumeWish, volume: Volume, root: boolean): Refusal | null => {
  if (root && !volume.root)
    return refusal(
      'E_VOLUME_REFUSED',
      `the volume ${name} is not open to jobs that are root inside`,
      'Leave out the volume or --root.',
    )
  if (acl !== 'rw' || (volume.acl === 'rw' && !root)) return null
  const whom = root ? ' for a job that is root inside' : ''
  return refusal('E_VOLUME_REFUSED', `the volume ${name} is for reading only${whom}`, `Ask for ${name}:ro.`)
}

/** What can be said before it is known who asks: they are named as volumes are, each once, and there is one. */
export const checkVolumes = (
  texts: readonly string[],
  volumes: ReadonlyMap<string, Volume>,
  root = false,
): Refusal | null => {
  const seen = new Set<string>()
  for (const text of texts) {
    const wish = parseVolume(text)
    if (wish === null) return formRefusal(text)
    if (seen.has(wish.name))
      return refusal('E_VOLUME_BAD', `the volume ${wish.name} is asked for twice`, 'Name it once.')
    seen.add(wish.name)
    const volume = volumes.get(wish.name)
    if (volume === undefined) return notYours(wish.name, [])
    const no = checkUse(wish, volume, root)
    if (no !== null) return no
  }
  return null
}

/** The same answer whether there is none or it is others'. */
const notYours = (name: string, yours: readonly string[]): Refusal =>
  refusal(
    'E_VOLUME_REFUSED',
    `there is no volume '${name}' for you`,
    yours.length === 0 ? "See 'god whoami'." : `Yours are: ${yours.join(', ')}.`,
  )

export const volumesFor = (
  volumes: ReadonlyMap<string, Volume>,
  who: Grantee,
  numbers: GroupNumbers,
): readonly Volume[] => [...volumes.values()].filter(volume => isGranted(volume, who, numbers))

/** What is to be mounted, in the order asked for; or why not. */
export const mountsFor = (
  texts: readonly string[],
  volumes: ReadonlyMap<string, Volume>,
  who: Grantee,
  numbers: GroupNumbers,
  root = false,
): readonly Mount[] | Refusal => {
  const no = checkVolumes(texts, volumes, root)
  if (no !== null) return no
  const granted = volumesFor(volumes, who, numbers)
  const mounts: Mount[] = []
  for (const text of texts) {
    const wish = parseVolume(text)
    const volume = granted.find(({name}) => name === wish?.name)
    if (wish === null || volume === undefined)
      return notYours(
        wish?.name ?? text,
        granted.map(({name}) => name),
      )
    const [source, target] = [pathFor(volume.path, who), pathFor(volume.mount, who)]
    if (source === null || target === null)
      return refusal('E_VOLUME_REFUSED', `the volume ${wish.name} has no path for a user of that name`)
    mounts.push({source, target, readOnly: root || volume.acl === 'ro' || wish.acl === 'ro'})
  }
  return mounts
}
