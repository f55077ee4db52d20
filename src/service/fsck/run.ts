/**
 * `god fsck`: opens what can be opened of a site, looks, and mends if asked. Without `--repair` it only reads (an
 * executor may make its own folder of state, as in any pass); with it, it takes the scheduler's lease, so that nobody
 * admits or packs meanwhile.
 */
import {GodError} from '../../core/errors.js'
import {createDurable} from '../../store/disk/durable.js'
import {realFileSystem} from '../../store/disk/file-system.js'
import {writeHalt} from '../../store/halt.js'
import {type Layout, layoutOf} from '../../store/layout.js'
import {createLeases, leaseHolder} from '../../store/lease.js'
import {type HostParts, leaseTimes, type OpenService, openService} from '../open-service.js'
import {formatOf, type Ground, ownerOf} from './ground.js'
import {type LookOptions, look} from './look.js'
import {type FsckReport, mend, untold} from './mend.js'

export interface FsckOptions {
  readonly repair: boolean
  readonly engine: boolean
}

export interface FsckRun extends FsckReport {
  /** What could not be looked at, and why. */
  readonly remarks: readonly string[]
}

/** Milliseconds: what a pass has half done is done by then, or stays so. */
const PAUSE = 500

/** A damaged directory or configuration must not keep fsck from looking. */
const tryOpen = async (host: HostParts, remarks: string[]): Promise<OpenService | null> => {
  try {
    return await openService(host)
  } catch (error) {
    if (!(error instanceof GodError)) throw error
    remarks.push(`neither engine nor accounts were asked: ${error.message}`)
    return null
  }
}

const groundOf = (host: HostParts, layout: Layout, open: OpenService | null): Ground => ({
  durable:
    open?.service.durable ??
    createDurable({
      fs: realFileSystem,
      random: host.random,
      halt: why => writeHalt(realFileSystem, layout, why),
    }),
  layout,
  now: host.now,
  random: host.random,
  boot: host.lease.self.boot,
  uid: host.uid,
  service: open?.service ?? null,
})

const held = (layout: Layout): GodError =>
  new GodError(
    'E_LEASE_HELD',
    `the scheduler's lease is held by ${leaseHolder(layout.locks, 'scheduler') ?? 'somebody'}`,
    'Stop god watch and god schedule --watch (or wait for the pass of cron), then repair.',
  )

/** A file that is made anew belongs to who makes it, and a pass refuses what is not its own. */
const checkMender = (ground: Ground): void => {
  const owner = ownerOf(ground)
  if (ground.uid === owner) return
  throw new GodError(
    'E_NOT_PERMITTED',
    `${ground.layout.root} belongs to uid ${owner}, and what uid ${ground.uid} mends would be its own`,
    `Repair as uid ${owner}, with the rights that it serves with.`,
  )
}

const mendUnderLease = async (host: HostParts, ground: Ground, options: LookOptions): Promise<FsckReport> => {
  checkMender(ground)
  const {layout} = ground
  const fs = formatOf(ground).format?.fs ?? 'nfs'
  const times = leaseTimes({fs}, host.configuration.settings)
  const lease = await createLeases({folder: layout.locks, ...host.lease, ...times})('scheduler')
  if (lease === null) throw held(layout)
  try {
    return await mend(ground, `fsck on ${host.lease.self.host}, pid ${host.lease.self.pid}`, options)
  } finally {
    await lease.release()
  }
}

const checkIsSite = (layout: Layout, ground: Ground): void => {
  const {findings, format} = formatOf(ground)
  const gone = findings.some(({id, text}) => id === 'F_FORMAT' && text === 'it is not there')
  if (!gone || format !== null) return
  throw new GodError(
    'E_DIR_MISSING',
    `${layout.root} is not a shared directory`,
    `Make one with 'god init ${layout.root}'.`,
  )
}

export const runFsck = async (host: HostParts, {repair, engine}: FsckOptions): Promise<FsckRun> => {
  const layout = layoutOf(host.root)
  const bare = groundOf(host, layout, null)
  checkIsSite(layout, bare)
  ownerOf(bare)
  const remarks: string[] = []
  const open = repair || engine ? await tryOpen(host, remarks) : null
  try {
    const ground = groundOf(host, layout, open)
    const options: LookOptions = {
      engine,
      pause: () => host.delay(PAUSE),
      remark: text => void (remarks.includes(text) || remarks.push(text)),
    }
    const report = repair ? await mendUnderLease(host, ground, options) : untold(await look(ground, options))
    return {...report, remarks}
  } finally {
    await open?.close()
  }
}
