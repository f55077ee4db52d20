/**
 * State.md 4 in any order of calls: claimers, an admitting scheduler, one that was taken over and goes on late, and
 * the burning of claims without a request. No id is ever given to two users, none becomes two jobs, and what was
 * given is admitted: the cases of the design's model, with the real code.
 */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {type JobId, jobId, rev, token} from '../../../src/core/brand.js'
import type {FileSystem} from '../../../src/store/disk/file-system.js'
import {listNames, unlinkIfThere} from '../../../src/store/disk/read-file.js'
import {
  claimId,
  claimOwner,
  listClaims,
  raiseHint,
  readHint,
  removeClaim,
} from '../../../src/store/requests/ids.js'
import {aRecord} from '../../core/builders.js'
import {DiskWorld} from '../disk/disk-world.js'
import {type Act, interleave, Stepped} from '../disk/stepped.js'

const SEEDS = 300
const USERS = [1001, 1002, 1003] as const
const REQUESTS = '/god/inbox'

const requestPath = (user: number, id: number): string => join(REQUESTS, `u${user}`, String(id))
const tokenOf = (user: number) => token(String(user).padStart(24, '0'))

/** Claims, then puts a request beside: what `submit` does; the id counts as printed when it returns. */
const submitting =
  (world: DiskWorld, user: number): Act<JobId> =>
  (fs, random) => {
    const id = claimId(world.durable(fs, random), world.layout)
    fs.close(fs.open(requestPath(user, id), 'create'))
    return id
  }

/** A submit that is killed between its claim and its request. */
const givingUp =
  (world: DiskWorld): Act<null> =>
  (fs, random) => {
    claimId(world.durable(fs, random), world.layout)
    return null
  }

const isRequested = (fs: FileSystem, id: number): boolean =>
  USERS.some(user => listNames(fs, join(REQUESTS, `u${user}`)).includes(String(id)))

/** One pass, by the rules of admission: judge, raise the hint, publish, unlink request and claim; burn the rest. */
const scheduling =
  (world: DiskWorld, refused: string[]): Act<null> =>
  (fs, random) => {
    for (const user of USERS)
      for (const name of listNames(fs, join(REQUESTS, `u${user}`)))
        admit(world, fs, random, refused, user, jobId(Number(name)))
    for (const id of listClaims(fs, world.layout)) {
      if (isRequested(fs, id)) continue
      raiseHint(world.durable(fs, random), world.layout, id)
      removeClaim(fs, world.layout, id)
    }
    return null
  }

const admit = (
  world: DiskWorld,
  fs: FileSystem,
  random: () => string,
  refused: string[],
  user: number,
  id: JobId,
): void => {
  const durable = world.durable(fs, random)
  const jobs = world.jobs(fs, random)
  const there = jobs.read(id)
  if (there === null) {
    const owner = claimOwner(fs, world.layout, id)
    if (owner !== null && owner !== user) return
    if (id >= readHint(fs, world.layout) && owner !== user) {
      // Another scheduler may have finished it since we listed it.
      if (listNames(fs, join(REQUESTS, `u${user}`)).includes(String(id))) refused.push(`${id} of ${user}`)
      return
    }
    raiseHint(durable, world.layout, id)
    const record = aRecord({id, rev: rev(1), req: {uid: user as never, tok: tokenOf(user)}})
    if (jobs.publishFirst(record, 'now') !== 'won') return
  } else if (there.record.req.tok !== tokenOf(user)) {
    refused.push(`${id} of ${user}: it belongs to ${there.record.req.tok}`)
    return
  }
  unlinkIfThere(fs, requestPath(user, id))
  removeClaim(fs, world.layout, id)
}

describe('ids, in any order of the calls of all who deal with them', function () {
  this.timeout(120_000)

  const faultsOf = (seed: number, killed: boolean): string[] => {
    const world = new DiskWorld()
    for (const user of USERS) world.process(user).mkdir(join(REQUESTS, `u${user}`), 0o770)
    const refused: string[] = []
    const users = USERS.map((user, i) => new Stepped(world.process(user), `a${i}`, submitting(world, user)))
    const others = [
      new Stepped<unknown>(world.process(1001), 'b0', givingUp(world)),
      new Stepped<unknown>(world.process(0), 'c0', scheduling(world, refused)),
      new Stepped<unknown>(world.process(0), 'c1', scheduling(world, refused)),
    ]
    // A killed scheduler leaves all as it is at any moment.
    if (killed) for (let i = seed % 60; i > 0; i--) others[1]?.step()
    interleave([...users, ...others.filter((_, i) => !(killed && i === 1))], seed, [1, 2, 4, 12])
    for (let pass = 0; pass < 2; pass++) scheduling(world, refused)(world.process(0), world.random)
    const given = users.map(user => user.result)
    const owners = given.map((id, i) => {
      const tok = world.jobs().read(id)?.record.req.tok
      return tok === tokenOf(USERS[i] ?? 0) ? [] : [`${id} of ${USERS[i]} is ${tok ?? 'nobody'}'s`]
    })
    const twice = new Set(given).size === given.length ? [] : [`given twice: ${given}`]
    return [...twice, ...refused.map(what => `refused: ${what}`), ...owners.flat()]
  }

  for (const killed of [false, true]) {
    it(`are never given twice, and every one given becomes its user's job${killed ? ', though a scheduler is killed' : ''}`, () => {
      for (let seed = 1; seed <= SEEDS; seed++) assert.deepEqual(faultsOf(seed, killed), [], `seed ${seed}`)
    })
  }
})
