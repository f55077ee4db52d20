/**
 * T36: a folder that somebody tries to exchange while it is mounted, again and again, between the look at it and the
 * engine's own: by an account of this host, with all that it may do there.
 */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {amount, tellCases} from '../../support/amount.js'
import {skip} from '../../support/skip.js'
import {until} from '../../support/until.js'
import {type DockerWorld, describeOnEngine, openWorld, UID} from './world.js'

const STARTS = amount(4, 300)

/** Below root alone, as a volume must be. */
const PLACE = '/srv/god-test-swapped'
const HIS = join(PLACE, 'his')
const ROUNDS = join(HIS, 'rounds')

/** What he may not walk to, but a mount would show him. */
const CLOSED = join(PLACE, 'closed', 'inside')

/** Each way that he could put another folder there; how often he tried stands in his own folder. */
const SWAP = `
cd ${PLACE}; n=0
while :; do
  mv his away; ln -s closed/inside his; ln -sfn closed/inside his; rm his; mv away his
  rmdir his; mount --bind closed/inside his
  n=$((n+1)); echo $n > his/rounds
done`

const rounds = (): number => Number(readFileSync(ROUNDS, 'utf8'))

describeOnEngine('T36: a folder that is mounted', function () {
  this.timeout(600_000)
  let world: DockerWorld
  let swapper: ChildProcess | null = null

  const folder = (path: string, mode: number, owner = 0): void => {
    mkdirSync(path, {recursive: true})
    chownSync(path, owner, owner)
    chmodSync(path, mode)
  }
  const swap = (): void => {
    const words = [`--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', 'sh', '-c', SWAP]
    swapper = spawn('setpriv', words, {stdio: 'ignore', detached: true})
  }
  before(function () {
    if (spawnSync('setpriv', ['--version']).status !== 0) skip(this, 'setpriv')
  })
  beforeEach(async () => {
    world = await openWorld()
    rmSync(PLACE, {recursive: true, force: true})
    folder(PLACE, 0o755)
    folder(HIS, 0o755, UID)
    folder(join(PLACE, 'closed'), 0o700)
    folder(CLOSED, 0o755)
    writeFileSync(join(HIS, 'mark'), 'his')
    writeFileSync(join(CLOSED, 'mark'), 'not for him')
  })
  afterEach(async () => {
    if (swapper?.pid !== undefined) {
      process.kill(-swapper.pid, 'SIGKILL')
      swapper = null
    }
    await world.close()
    rmSync(PLACE, {recursive: true, force: true})
  })

  const reads = () =>
    world.script('cat /data/mark', {mounts: [{source: HIS, target: '/data', readOnly: false}]})

  it('is the one that was granted, whatever its owner does meanwhile, where the folders above it are closed', async () => {
    const {dev, ino} = lstatSync(HIS)
    swap()
    await until('he tries', () =>
      lstatSync(HIS).isDirectory() && spawnSync('test', ['-s', ROUNDS]).status === 0 ? true : null,
    )
    for (let i = 0; i < STARTS; i++) {
      const before = rounds()
      const spec = reads()
      await world.ended(await world.run(spec))
      assert.equal(world.output(spec), 'his')
      await until('he tries again', () => (rounds() > before ? true : null))
    }
    assert.deepEqual([lstatSync(HIS).dev, lstatSync(HIS).ino], [dev, ino])
    tellCases('T36', STARTS)
  })

  it('is not mounted where he could have done it: and there he does', async () => {
    chownSync(PLACE, UID, UID)
    swap()
    await until('it is exchanged', () => {
      const found = spawnSync('readlink', [HIS], {encoding: 'utf8'})
      return found.stdout.startsWith('closed') ? true : null
    })
    for (let i = 0; i < STARTS; i++) {
      const answer = await world.executor.create(reads())
      assert.ok(answer.answer === 'refused' && answer.reason.code === 'mount', JSON.stringify(answer))
      assert.match(answer.reason.text, /belongs to uid 4242, not to root/)
    }
  })
})
