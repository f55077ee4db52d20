/**
 * Fair share as it is lived: three people with accounts and 1, 2 and 3 shares, who all have more to do than there is
 * room for. After two hundred short jobs each has used what is due to him, by the time that his jobs really took.
 */
import assert from 'node:assert/strict'
import {appendFileSync} from 'node:fs'
import {cpus} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {canMakeAccounts, type HostAccount, makeAccount} from '../support/accounts.js'
import {BIN} from '../support/god.js'
import {controlGroupsOf, realFaults} from '../support/real-invariants.js'
import {ENGINE, openRealSite, type RealSite} from '../support/real-site.js'
import {skip} from '../support/skip.js'

const SHARES: Readonly<Record<string, number>> = {'god-t-one': 1, 'god-t-two': 2, 'god-t-three': 3}
const ALL = 1 + 2 + 3

const ENOUGH = 200
/** A stall of this machine that had just counted for one user is evened out by then. */
const MOST = 280
/** For each share; so each has something waiting all the time. */
const JOBS = 60
const TOLERANCE = 0.1

/** So that four run at once, on any machine. */
const QUARTER = cpus().length / 4

/** From 0.2 to 0.4 seconds, not by turns. */
const linesOf = (name: string): string =>
  `for i in $(seq ${JOBS * (SHARES[name] ?? 0)}); do echo '{"argv":["sleep","0.'$((2 + i * i % 3))'"]}'; done`

interface Seen {
  readonly user: string
  readonly state: string
  readonly started: string | null
  readonly ended: string | null
}

interface Used {
  readonly ended: number
  /** By user, of all that was used. */
  readonly parts: ReadonlyMap<string, number>
}

const seconds = ({started, ended}: Seen): number =>
  started === null || ended === null ? 0 : (Date.parse(ended) - Date.parse(started)) / 1000

const partsOf = (used: ReadonlyMap<string, number>): ReadonlyMap<string, number> => {
  const all = [...used.values()].reduce((sum, one) => sum + one, 0)
  return new Map([...used].map(([user, one]) => [user, one / Math.max(all, 1e-9)]))
}

/** Of what is due to him, how much too much or too little. */
const offBy = (parts: ReadonlyMap<string, number>): readonly number[] =>
  Object.entries(SHARES).map(([user, shares]) => ((parts.get(user) ?? 0) * ALL) / shares - 1)

const isFair = (parts: ReadonlyMap<string, number>): boolean =>
  offBy(parts).every(off => Math.abs(off) <= TOLERANCE)

describe('fair share among three accounts', function () {
  this.timeout(300_000)
  let open: RealSite
  const people: HostAccount[] = []

  before(async function () {
    if (!canMakeAccounts()) skip(this, 'needs accounts that can be made, and may read this clone')
    for (const name of Object.keys(SHARES)) people.push(makeAccount(name))
    open = await openRealSite('process', {}, ENGINE, ['--multi-user'])
    const sections = Object.entries(SHARES).map(
      ([user, shares]) => `[share.user.${user}]\nshares = ${shares}\n`,
    )
    appendFileSync(join(open.dir, 'go-d.ini'), `scheduler_policy = fairshare\n${sections.join('')}`)
  })
  after(async () => {
    await open?.close()
    for (const account of people) account.remove()
  })

  const list = async (): Promise<readonly Seen[]> =>
    JSON.parse(await open.ok('stat', '-a', '--json', '-t', 'all')).jobs

  /** What ended, by its own times. */
  const lookAt = async (): Promise<Used> => {
    const ended = (await list()).filter(({state}) => state === 'done')
    const used = new Map<string, number>()
    for (const job of ended) used.set(job.user, (used.get(job.user) ?? 0) + seconds(job))
    return {ended: ended.length, parts: partsOf(used)}
  }

  /** As the site tells it, with what runs. */
  const told = async (): Promise<ReadonlyMap<string, number>> => {
    const {shares} = JSON.parse(await open.ok('share', '--json'))
    return new Map(shares.map(({user, part}: {user: string; part: number}) => [user, part]))
  }

  it('comes to their shares within a tenth, after two hundred short jobs', async () => {
    await Promise.all(
      people.map(async ({name, shell}) => {
        const submit = `GOD_SHARED_DIR=${open.dir} ${process.execPath} ${BIN} submit --from - -c ${QUARTER} -m 16M -t 5m`
        const {code, stderr} = await shell(`{ ${linesOf(name)}; } | ${submit} --parsable -o /dev/null`)
        assert.equal(code, 0, stderr)
      }),
    )
    open.start('watch')
    const enough = await open.until(
      'each has used his share',
      async () => {
        await pause(500)
        const now = await lookAt()
        if (now.ended < ENOUGH) return null
        console.log(
          `      ${now.ended} jobs: off by ${offBy(now.parts).map(off => `${(100 * off).toFixed(1)} %`)}`,
        )
        return isFair(now.parts) || now.ended > MOST ? now : null
      },
      240,
    )
    assert.ok(isFair(enough.parts), `after ${enough.ended} jobs: ${[...enough.parts].join('; ')}`)
    const shares = await told()
    for (const [user, part] of enough.parts)
      assert.ok(
        Math.abs((shares.get(user) ?? 0) - part) < 0.05,
        `${user}: ${shares.get(user)}, by times ${part}`,
      )
  })

  it('leaves nothing behind', async () => {
    await open.ok('kill', '-t', 'active', '-f', '-Q')
    await open.until(
      'all is over',
      async () => {
        await pause(500)
        const over = (await list()).every(({state}) => state === 'done' || state === 'killed')
        return over && controlGroupsOf(open.cluster).length === 0 ? true : null
      },
      120,
    )
    assert.deepEqual(realFaults(open, [], []), [])
  })
})
