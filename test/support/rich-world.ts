/**
 * A world with something of everything: jobs of two users in each state that a record can have, some in two segments
 * of packed ones, requests that nobody has taken, refusals, nodes, reasons, a journal.
 */
import type {JobId} from '../../src/core/brand.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {attempt, dying, plantRequest} from './dying.js'
import type {Inode, MemoryDisk} from './memory-disk.js'
import {packAll} from './packing.js'
import {GIB, USER, World} from './world.js'

const BOB = 1001

export interface RichWorld {
  readonly world: World
  /** All ids that were printed, also of packed jobs and of those in the inbox. */
  readonly ids: readonly JobId[]
}

/** In two segments, each with jobs of both users. */
const packed = async (world: World): Promise<readonly JobId[]> => {
  const ids: JobId[] = []
  for (let i = 0; i < 2; i++) {
    for (const user of [USER, BOB, USER])
      ids.push(world.submit({env: {FAKE_SECONDS: '0', FAKE_EXIT: `${i}`}, cpus: 250}, undefined, user))
    await world.settle(3)
    packAll(world)
  }
  return ids
}

const ended = async (world: World): Promise<readonly JobId[]> => {
  const at = (env: Record<string, string>, user = USER): JobId =>
    world.submit({env, cpus: 250}, undefined, user)
  const done = at({FAKE_SECONDS: '1'})
  const ids = [
    done,
    at({FAKE_SECONDS: '1', FAKE_EXIT: '3'}, BOB),
    at({FAKE_SECONDS: '1', FAKE_OOM: '1'}),
    world.submit({env: {FAKE_SECONDS: 'forever'}, cpus: 250, walltime: 5}, undefined, BOB),
  ]
  const lost = at({FAKE_SECONDS: 'forever'})
  const killed = at({FAKE_SECONDS: 'forever'}, BOB)
  for (let i = 0; i < 2; i++) {
    await world.cron()
    world.clock.advance(2000)
  }
  for (const container of world.containers()) if (container.spec.job === lost) world.engine.remove(container)
  world.control('kill', [killed], BOB)
  for (let i = 0; i < 4; i++) {
    await world.cron()
    world.clock.advance(10_000)
  }
  return [...ids, lost, killed]
}

/** Each in the state it is named after, with its processes still running where it has any. */
const alive = async (world: World): Promise<readonly JobId[]> => {
  const long = {env: {FAKE_SECONDS: '25'}, cpus: 250}
  const running = world.submit(long)
  const suspended = world.submit(long, undefined, BOB)
  const stopping = world.submit({...long, env: {FAKE_SECONDS: 'forever', FAKE_IGNORES_TERM: '1'}})
  const held = world.submit({...long, hold: true}, undefined, BOB)
  await world.cron()
  world.control('suspend', [suspended], BOB)
  await world.cron()
  world.control('kill', [stopping])
  await world.cron()
  return [running, suspended, stopping, held]
}

/** S1 was published, then S2 of another one: their scheduler died each time. */
const beginning = async (world: World): Promise<readonly JobId[]> => {
  const long = {env: {FAKE_SECONDS: '25'}, cpus: 250}
  const created = world.submit(long)
  const fs = dying(world, {call: 'engine.start', n: 1, effect: 'crash-before'})
  await attempt(fs, () => world.process(fs).schedule())
  const starting = world.submit({...long, command: {kind: 'script', text: '#!/bin/sh\ntrue\n', args: ['a']}})
  const dead = world.process()
  await schedulerPass(dead.service, dead.claimEpoch())
  return [created, starting]
}

/** The machine is too full for them: they wait. */
const waiting = async (world: World): Promise<readonly JobId[]> => {
  const large = {env: {FAKE_SECONDS: '5'}, memory: GIB}
  const ids = [
    world.submit({...large, cpus: 3200}),
    world.submit({...large, cpus: 3250, labels: {lab: 'x'}}, undefined, BOB),
  ]
  const god = world.process()
  await schedulerPass(god.service, god.claimEpoch())
  return ids
}

export const richWorld = async (): Promise<RichWorld> => {
  const world = new World()
  const ids = [...(await packed(world))]
  plantRequest(world, '{"v":1,"op":"kill"')
  ids.push(...(await ended(world)), ...(await alive(world)))
  ids.push(...(await beginning(world)), ...(await waiting(world)))
  const unread = world.submit({env: {FAKE_SECONDS: '3'}, cpus: 100})
  world.control('hold', [unread], BOB)
  world.planted.clear()
  world.disk.syncAll()
  return {world, ids: [...ids, unread]}
}

/** Of the disk, inode by inode, hard links kept. */
const copyDisk = (from: MemoryDisk, to: MemoryDisk): void => {
  const copies = new Map<Inode, Inode>()
  const copy = (node: Inode): Inode => {
    const known = copies.get(node)
    if (known !== undefined) return known
    const {mtimeMs, nlink, bytes, durableBytes} = node
    const fresh = Object.assign(to.make(node.kind, node.mode, node.uid, node.gid), {
      mtimeMs,
      nlink,
      bytes: Uint8Array.from(bytes),
      durableBytes: Uint8Array.from(durableBytes),
    })
    copies.set(node, fresh)
    for (const [name, child] of node.names) fresh.names.set(name, copy(child))
    for (const [name, child] of node.durableNames) fresh.durableNames.set(name, copy(child))
    return fresh
  }
  to.root.names = copy(from.root).names
  to.root.durableNames = new Map(to.root.names)
}

/** Much cheaper than another life. */
export const copyOf = (world: World): World => {
  const copy = new World()
  copy.clock.advance(world.clock.now() - copy.clock.now())
  copyDisk(world.disk, copy.disk)
  for (const [name, engine] of world.engines) {
    const twin = copy.engineOf(name)
    Object.assign(twin.state, structuredClone(engine.state))
    twin.begun.push(...engine.begun)
  }
  const drawn = Number.parseInt(world.random(), 16)
  while (Number.parseInt(copy.random(), 16) < drawn);
  return copy
}
