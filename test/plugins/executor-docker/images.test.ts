/** Images on the real engine that have nothing, or that declare what should not count. */
import assert from 'node:assert/strict'
import {randomUUID} from 'node:crypto'
import Docker from 'dockerode'
import {attemptFolders} from '../../../plugins/executor-docker/src/account-files.js'
import {type DockerWorld, describeOnEngine, ENGINE, GID, openWorld, UID} from './world.js'

/** An archive without a file. */
const EMPTY = Buffer.alloc(1024)

const HOSTILE = [
  'ENTRYPOINT ["/evil"]',
  'CMD ["evil"]',
  'USER root',
  'WORKDIR /mnt/go-docker/made-by-root',
  'LABEL god.job=999 god.cluster=other god.nonce=x',
  'ENV GOD_TOOLS=/evil GOD_ATTEMPT=9 TINI_KILL_PROCESS_GROUP=0',
  'VOLUME /data',
  'HEALTHCHECK --interval=1s CMD ["/god/bin/busybox", "touch", "/mnt/go-docker/checked"]',
  'ONBUILD RUN /evil',
]

describeOnEngine('an image on the docker engine', function () {
  this.timeout(240_000)
  const docker = new Docker({socketPath: ENGINE.slice('unix://'.length)})
  const made: string[] = []
  let world: DockerWorld

  const imageOf = async (changes: readonly string[]): Promise<string> => {
    const name = `god-test:${randomUUID()}`
    const [repo, tag] = name.split(':')
    const stream = await docker.importImage(EMPTY as unknown as NodeJS.ReadableStream, {repo, tag, changes})
    for await (const _line of stream) void _line
    made.push(name)
    return name
  }
  beforeEach(async () => {
    world = await openWorld()
  })
  afterEach(async () => {
    await world.close()
    for (const name of made.splice(0)) await docker.getImage(name).remove({force: true})
  })

  it('without a single file runs a job, with the busybox of the node', async () => {
    const spec = world.script('', {argv: ['/god/bin/busybox', 'id', '-u'], image: await imageOf([])})
    assert.equal((await world.ended(await world.run(spec))).exitCode, 0)
    assert.equal(world.output(spec), `${UID}\n`)
  })

  it('without a shell is refused where there is no busybox, and leaves nothing', async () => {
    await world.close()
    world = await openWorld({busybox: '/nowhere/busybox'})
    const answer = await world.executor.create(world.script(':', {image: await imageOf([])}))
    assert.ok(answer.answer === 'refused' && answer.reason.code === 'image', JSON.stringify(answer))
    assert.match(answer.reason.text, /has no \/bin\/sh, and this node has no static busybox/)
    assert.deepEqual(await world.executor.list(), [])
    assert.deepEqual(attemptFolders(world.host.stateDir), [])
  })

  it('T43: decides nothing by what it declares', async () => {
    const image = await imageOf(HOSTILE)
    const spec = world.script('', {
      image,
      argv: ['/god/bin/busybox', 'sh', '-c', 'id -u; id -g; pwd; cd /; ls -d /mnt/go-docker/*'],
    })
    const id = await world.run(spec)
    assert.equal((await world.ended(id)).exitCode, 0, world.output(spec, 'god.err'))
    const [uid, gid, cwd, ...files] = world.output(spec).trim().split('\n')
    assert.deepEqual([uid, gid, cwd], [String(UID), String(GID), '/mnt/go-docker'])
    assert.ok(!files.includes('/mnt/go-docker/made-by-root'), files.join())
    assert.ok(files.includes('/mnt/go-docker/started.1'))
    const [row] = await world.executor.list()
    assert.deepEqual([row?.job, row?.nonce], [spec.job, spec.nonce])
    const {Config, Mounts, State} = await docker.getContainer(id).inspect()
    assert.equal(State.Health, undefined, 'no health check runs')
    assert.equal(Reflect.get(Config, 'StopSignal'), 'SIGTERM')
    const [volume] = Mounts.filter(mount => mount.Type === 'volume')
    assert.equal(volume?.Destination, '/data')
    await world.executor.remove(spec.name, id)
    await assert.rejects(docker.getVolume(volume?.Name ?? '').inspect(), /no such volume/)
  })

  it('that is removed between the making and the start of a container still runs', async () => {
    const name = await imageOf([])
    const spec = world.script('', {argv: ['/god/bin/busybox', 'true'], image: name})
    const answer = await world.executor.create(spec)
    assert.ok(answer.answer === 'created', JSON.stringify(answer))
    await docker.getImage(name).remove({force: true})
    await assert.rejects(docker.getImage(name).inspect(), /No such image/i)
    made.pop()
    assert.deepEqual(await world.executor.start(answer.container.id), {answer: 'started'})
    assert.equal((await world.ended(answer.container.id)).exitCode, 0)
  })

  it('T42: is told by its id, which stays what it was when its name means another one', async () => {
    const name = await imageOf([])
    const {Id: before} = await docker.getImage(name).inspect()
    const spec = world.script('', {argv: ['/god/bin/busybox', 'true'], image: name})
    const answer = await world.executor.create(spec)
    assert.ok(answer.answer === 'created', JSON.stringify(answer))
    const other = await imageOf(['LABEL other=1'])
    const [repo = '', tag = ''] = name.split(':')
    await docker.getImage(other).tag({repo, tag})
    assert.notEqual((await docker.getImage(name).inspect()).Id, before)
    await world.executor.start(answer.container.id)
    const ended = await world.ended(answer.container.id)
    assert.deepEqual([answer.container.imageId, ended.imageId], [before, before])
    const again = await world.executor.create(spec)
    assert.ok(again.answer === 'exists' && again.container.imageId === before, JSON.stringify(again))
  })

  it('T43: is refused if it declares a volume inside what users write', async () => {
    const image = await imageOf(['VOLUME /mnt/go-docker/made-by-root'])
    const answer = await world.executor.create(world.script(':', {image}))
    assert.ok(answer.answer === 'refused' && answer.reason.code === 'image', JSON.stringify(answer))
  })
})
