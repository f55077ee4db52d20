/** What fsck stands on where a service may not be had: the directory itself, damaged or not, and who asks. */
import type {Instant} from '../../core/brand.js'
import {GodError} from '../../core/errors.js'
import type {Durable, RandomToken} from '../../store/disk/durable.js'
import {errno} from '../../store/disk/file-system.js'
import {checkFormat, type FormatChecked} from '../../store/fsck/format.js'
import type {Place} from '../../store/fsck/place.js'
import {bootOfIndex} from '../../store/index/index-file.js'
import type {Layout} from '../../store/layout.js'
import {createManifestReader} from '../../store/packs/manifest.js'
import type {Service} from '../service.js'

export interface Ground {
  readonly durable: Durable
  readonly layout: Layout
  readonly now: () => Instant
  readonly random: RandomToken
  /** Of this host. */
  readonly boot: string
  /** Of who asks. */
  readonly uid: number
  /** Null: it cannot be opened. */
  readonly service: Service | null
}

/** E_NOT_PERMITTED for who may not read all of it: to him most of it would look damaged. */
export const ownerOf = ({durable, layout, uid}: Pick<Ground, 'durable' | 'layout' | 'uid'>): number => {
  const owner = durable.fs.lstat(layout.root).uid
  if (uid === owner || uid === 0) return owner
  throw new GodError(
    'E_NOT_PERMITTED',
    `${layout.root} belongs to uid ${owner}, and only he can read all of it`,
    'Run it as that user, or as root.',
  )
}

export const placeOf = (ground: Ground, {format}: FormatChecked): Place => {
  const {durable, layout, now} = ground
  const manifest = createManifestReader(durable.fs, layout)
  return {
    fs: durable.fs,
    layout,
    owner: ownerOf(ground),
    mode: format?.mode ?? 'single',
    cluster: format?.cluster ?? null,
    now,
    boot: format === null ? undefined : bootOfIndex(format.fs, ground.boot),
    packed: () => {
      try {
        return manifest.now()
      } catch (error) {
        // A disk that does not give it is told with the manifest's file.
        if (error instanceof GodError ? error.code !== 'E_DIR_BAD' : errno(error) === null) throw error
        return null
      }
    },
  }
}

export const formatOf = ({durable, layout}: Ground): FormatChecked => checkFormat(durable.fs, layout)
