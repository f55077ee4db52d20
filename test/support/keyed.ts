/** A user's `submit --key` on the in-memory disk. */
import {type KeyedSite, type Once, submitOnce} from '../../src/cli/submit/keyed-submit.js'
import {uid} from '../../src/core/brand.js'
import type {Wish} from '../../src/core/job.js'
import {DiskProcess} from './disk-process.js'
import {USER, type World} from './world.js'

export const keyedSite = (world: World, fs = new DiskProcess(world.disk, USER), user = USER): KeyedSite => ({
  ...world.process(fs).service,
  uid: uid(user),
  configuration: {settings: {default_images: ['busybox:local']}},
})

/** Of a job that does something, unless its wish says so. */
export const once = (
  world: World,
  key: string,
  wish: Partial<Wish> = {},
  fs?: DiskProcess,
  user = USER,
): Once =>
  submitOnce(keyedSite(world, fs ?? new DiskProcess(world.disk, user), user), {
    command: {kind: 'argv', argv: ['true']},
    ...wish,
    key,
  })
