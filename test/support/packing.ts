/** Packing in a world: all that is over, with the real packer. */
import {type PackAmount, type PackReport, packPass} from '../../src/service/pack.js'
import {findVoid} from '../../src/store/jobs/live-files.js'
import type {DiskProcess} from './disk-process.js'
import {lacksCopy} from './pack-invariants.js'
import type {World} from './world.js'

const ALL: PackAmount = {jobs: 1000, groups: 100}

export const packAll = (world: World, fs?: DiskProcess): PackReport =>
  packPass(world.process(fs).service, ALL)

/** What a packer left half-way is told of by fsck, and mended by the next packer. */
export const finishPacking = (world: World): void => {
  const {durable, layout, manifest} = world.process().service
  if (lacksCopy(world) || findVoid(durable.fs, layout, manifest).length > 0) packAll(world)
}
