/** fsck on a world: as the command looks and mends, with no pause between its looks. */
import assert from 'node:assert/strict'
import type {FindingId} from '../../src/core/findings.js'
import type {Ground} from '../../src/service/fsck/ground.js'
import {isSevere, type LookOptions, look} from '../../src/service/fsck/look.js'
import {type FsckReport, mend} from '../../src/service/fsck/mend.js'
import type {Finding} from '../../src/store/fsck/finding.js'
import {DiskProcess} from './disk-process.js'
import {USER, type World} from './world.js'

export const OPTIONS: LookOptions = {
  engine: true,
  pause: async () => undefined,
  remark: text => assert.fail(text),
}

export const groundOf = (world: World, fs = new DiskProcess(world.disk)): Ground => {
  const {service} = world.process(fs)
  const {durable, layout, now, random} = service
  return {durable, layout, now, random, boot: world.disk.boot, uid: USER, service}
}

/** Reads only: the disk is held to that. */
export const fsck = async (world: World, options: Partial<LookOptions> = {}): Promise<readonly Finding[]> => {
  const fs = new DiskProcess(world.disk)
  const {findings} = await look(groundOf(world, fs), {...OPTIONS, ...options})
  assert.equal(fs.mutations, 0, 'fsck wrote')
  return findings
}

export const repair = (world: World, fs?: DiskProcess): Promise<FsckReport> =>
  mend(groundOf(world, fs), 'test', OPTIONS)

export const severe = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(isSevere).map(({id, path, text}) => `${id} ${path}: ${text}`)

/** At rest nothing but notes: of everything that the tests of crashes and of whole lives do. */
export const assertClean = async (world: World, where = ''): Promise<void> =>
  assert.deepEqual(severe(await fsck(world)), [], where)

export const idsOf = (findings: readonly Finding[]): readonly FindingId[] => findings.map(({id}) => id)
