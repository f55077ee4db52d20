/**
 * One shared directory as a user's command sees it: its stores for reading, and the way to drop a request.
 * Opens no lease, writes nothing, talks to no engine; so it is cheap and works with every daemon down.
 */
import type {Instant, Uid} from '../core/brand.js'
import type {Configuration} from '../core/settings/settings.js'
import {systemClock} from '../host/clock.js'
import {readConfiguration} from '../host/config.js'
import {callerUid} from '../host/environment.js'
import {bootId} from '../host/process.js'
import {randomToken} from '../host/random.js'
import {type Located, locate} from '../host/shared-dir.js'
import {type Format, openDirectory} from '../store/directory.js'
import {createDurable, type Durable} from '../store/disk/durable.js'
import {type FileSystem, realFileSystem} from '../store/disk/file-system.js'
import {writeHalt} from '../store/halt.js'
import {bootOfIndex} from '../store/index/index-file.js'
import {createJobStore, type JobStore} from '../store/jobs/job-store.js'
import {createSpecStore, type SpecStore} from '../store/jobs/spec-store.js'
import {type Layout, layoutOf} from '../store/layout.js'
import {createNodeStore, type NodeStore} from '../store/node-store.js'
import {createManifestReader, type ManifestReader} from '../store/packs/manifest.js'
import {createPacks, type Packs} from '../store/packs/packs.js'
import {createSightings, noQuarantine} from '../store/quarantine.js'

export interface Site {
  readonly located: Located
  readonly configuration: Configuration
  readonly format: Format
  readonly layout: Layout
  readonly durable: Durable
  readonly jobs: JobStore
  /** Files of records that were met and are damaged: by path, what is wrong with each. */
  readonly damaged: ReadonlyMap<string, string>
  readonly specs: SpecStore
  readonly nodes: NodeStore
  readonly manifest: ManifestReader
  readonly packs: Packs
  readonly uid: Uid
  readonly now: () => Instant
  readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>
  readonly random: () => string
}

export interface SiteFlags {
  readonly dir: string | undefined
}

export const openSite = ({dir}: SiteFlags, fs: FileSystem = realFileSystem): Site => {
  const located = locate(dir)
  const layout = layoutOf(located.root)
  const format = openDirectory(fs, layout)
  const durable = createDurable({fs, random: randomToken, halt: why => writeHalt(fs, layout, why)})
  const manifest = createManifestReader(fs, layout, 'copy')
  const sightings = createSightings()
  return {
    located,
    configuration: readConfiguration(located),
    format,
    layout,
    durable,
    manifest,
    packs: createPacks(fs, layout, manifest),
    jobs: createJobStore({
      durable,
      layout,
      manifest,
      quarantine: sightings,
      boot: bootOfIndex(format.fs, bootId()),
    }),
    damaged: sightings.seen,
    specs: createSpecStore(durable, layout, noQuarantine),
    nodes: createNodeStore(durable, layout),
    uid: callerUid(),
    now: systemClock.now,
    delay: systemClock.delay,
    random: randomToken,
  }
}
