/**
 * Two people without Docker rights, on a real engine: each submits by himself, root serves. Who they are in a container, what is
 * mounted, what is whose, and what neither can do to the other; the same for whatever source of accounts they come from.
 */
import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {BIN, type Ran} from '../support/god.js'
import {PEOPLE, type People, type Person} from '../support/people.js'
import {containersOf, ENGINE, hasEngine, openRealSite, type RealSite} from '../support/real-site.js'
import {NO_ENGINE, skip} from '../support/skip.js'

/** Below root alone, as a volume must be. */
const VOLUME = '/srv/god-test-volume'

for (const source of PEOPLE)
  describe(`two people ${source.title}, on a real engine`, function () {
    this.timeout(240_000)
    let open: RealSite
    let people: People
    let ann: Person
    let bob: Person

    before(async function () {
      const missing = hasEngine ? source.missing() : NO_ENGINE
      if (missing !== null) skip(this, missing)
      people = await source.come()
      ;({ann, bob} = people)
      mkdirSync(join(VOLUME, 'data'), {recursive: true})
      chmodSync(VOLUME, 0o755)
      chownSync(join(VOLUME, 'data'), 0, people.lab.gid)
      chmodSync(join(VOLUME, 'data'), 0o2770)
      writeFileSync(join(VOLUME, 'data', 'words'), 'of the lab\n')
      const {servant} = people
      const served = servant === null ? [] : ['--service-account', servant.name]
      open = await openRealSite('docker', {}, ENGINE, ['--multi-user', ...served])
      appendFileSync(
        join(open.dir, 'go-d.ini'),
        [
          ...['auth_cache = 1s', ...people.keys],
          ...[
            '[volume.data]',
            `path = ${VOLUME}/data`,
            'mount = /data',
            'acl = rw',
            `groups = ${people.lab.name}`,
          ],
          ...[`[quota.user.${bob.name}]`, 'cpus = 0.5', ...people.sections, ''],
        ].join('\n'),
      )
      open.startBy(servant?.words ?? [], 'watch')
    })
    after(async () => {
      await open?.close()
      await people?.leave()
      rmSync(VOLUME, {recursive: true, force: true})
    })

    const as = (who: Person, words: string): Promise<Ran> =>
      who.shell(`GOD_SHARED_DIR=${open.dir} ${process.execPath} ${BIN} ${words}`)
    const submitted = async (who: Person, words: string): Promise<number> => {
      const {stdout, stderr, code} = await as(who, `submit --parsable -m 32M -c 0.25 ${words}`)
      assert.equal(code, 0, stderr)
      return Number(stdout)
    }
    const ended = async (who: Person, words: string, state = 'done'): Promise<readonly [number, string]> => {
      const id = await submitted(who, words)
      await open.until(`job ${id} is admitted`, async () =>
        (await open.god('show', String(id))).code === 0 ? true : null,
      )
      await open.reaches(id, state)
      return [id, (await as(who, `logs ${id}`)).stdout]
    }

    it('T31, T33: are in a container who they are on the host, with their groups of now', async () => {
      const [, hers] = await ended(ann, `-- sh -c 'id -u; id -g; id -G; id -un; echo $HOME $USER'`)
      const groups = [ann.gid, people.lab.gid].sort((a, b) => a - b).join(' ')
      const [uid, gid, gids, name, rest] = hers.split('\n')
      assert.deepEqual(
        [uid, gid, name, rest],
        [`${ann.uid}`, `${ann.gid}`, ann.name, `${ann.home} ${ann.name}`],
      )
      assert.equal(
        (gids ?? '')
          .split(' ')
          .map(Number)
          .sort((a, b) => a - b)
          .join(' '),
        groups,
      )
      const [, his] = await ended(bob, `-- sh -c 'id -G'`)
      assert.equal(his, `${bob.gid}\n`)
    })

    it('write into their homes as themselves', async () => {
      await ended(ann, `-- sh -c 'echo made > $HOME/made; mkdir $HOME/folder'`)
      for (const path of ['made', 'folder']) {
        const {uid, gid} = statSync(join(ann.home, path))
        assert.deepEqual([uid, gid], [ann.uid, ann.gid], path)
      }
      assert.equal(readFileSync(join(ann.home, 'made'), 'utf8'), 'made\n')
      const [, his] = await ended(bob, `-- sh -c 'ls ${ann.home} 2>&1; ls -d /home/*'`)
      assert.ok(!his.includes('made') && his.includes(bob.home), his)
    })

    it('use the volumes that are granted to them, and are told of the others that there are none', async () => {
      const [, hers] = await ended(ann, `-v data -- sh -c 'cat /data/words; echo more > /data/hers; id -u'`)
      assert.equal(hers, `of the lab\n${ann.uid}\n`)
      assert.equal(statSync(join(VOLUME, 'data', 'hers')).uid, ann.uid)
      const id = await submitted(bob, '-v data -- cat /data/words')
      await open.until('it is refused', async () => {
        const {stdout} = await as(bob, `show ${id} --json`)
        return JSON.parse(stdout).state === 'refused' ? true : null
      })
      assert.match((await as(bob, `show ${id}`)).stdout, /there is no volume 'data' for you/)
      assert.match((await as(ann, 'whoami')).stdout, /volumes +data \(rw\)/)
      assert.doesNotMatch((await as(bob, 'whoami')).stdout, /volumes/)
    })

    it('T13, T16, T17: cannot read, kill or forge what is the other’s', async () => {
      const id = await submitted(ann, `-E TOKEN=canary -- sh -c 'echo secret; sleep 60'`)
      await open.until('it is admitted', async () =>
        (await open.god('show', String(id))).code === 0 ? true : null,
      )
      await open.reaches(id, 'running')
      const shown = await as(bob, `show ${id} --json`)
      assert.ok(!shown.stdout.includes('canary') && !shown.stdout.includes('secret'))
      for (const words of [`logs ${id}`, `kill ${id}`, `suspend ${id}`])
        assert.equal((await as(bob, words)).code, 4, words)
      const drop = join(open.dir, 'inbox', `u${ann.uid}`)
      for (const script of [
        `ls ${drop}`,
        `echo x > ${drop}/${'a'.repeat(24)}.req`,
        `ls ${open.dir}/inbox`,
        `cat ${open.dir}/jobs/spec/0/${id}.json`,
      ])
        assert.notEqual((await bob.shell(script)).code, 0, script)
      assert.equal((await open.job(id)).state, 'running')
      assert.equal((await as(ann, `kill ${id}`)).code, 0)
      await open.reaches(id, 'killed')
    })

    it('wait for their own quota alone, with the limit and the use', async () => {
      const ids: number[] = []
      for (let i = 0; i < 3; i++) ids.push(await submitted(bob, '-J waits -- sleep 60'))
      const reason = await open.until('one waits for the quota', async () => {
        const {stdout} = await as(bob, `why ${ids[2]} --json`)
        const {reason: found} = JSON.parse(stdout)
        return found?.code === 'quota' ? (found.text as string) : null
      })
      assert.equal(
        reason,
        `the quota of user ${bob.name} is 0.5 cpus, of which 0.5 cpus are used, and it asks for 0.25 cpus`,
      )
      const [, hers] = await ended(ann, '-- echo goes on')
      assert.equal(hers, 'goes on\n')
      assert.equal((await as(bob, 'kill -n waits -f')).code, 0)
      for (const id of ids) await open.reaches(id, 'killed')
      await open.until('their containers are gone', () =>
        containersOf(open.cluster).length === 0 ? true : null,
      )
    })

    it('have no Docker rights of their own', async () => {
      assert.notEqual((await ann.shell(`docker -H ${ENGINE} ps`)).code, 0)
      assert.doesNotMatch((await ann.shell('id -nG')).stdout, /docker/)
    })
  })
