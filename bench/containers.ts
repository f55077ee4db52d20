/** No-op containers through god against a bare dockerode loop with the same options, the same number in flight. */
import {execFileSync, spawn} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import Docker from 'dockerode'
import {openSite} from '../src/cli/site.js'
import {submitJob} from '../src/cli/submit.js'
import {line, milliseconds, pool} from './measure.js'

const JOBS = 40
const IN_FLIGHT = 4
const IMAGE = 'busybox:local'
const url = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
const docker = new Docker({socketPath: url.replace('unix://', '')})
const god = fileURLToPath(new URL('../bin/god.cjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'god-bench-'))
const dir = join(folder, 'site')
const env = {PATH: process.env.PATH ?? '', HOME: folder, GOD_SHARED_DIR: dir, DOCKER_HOST: url}

const bare = async (): Promise<void> => {
  const container = await docker.createContainer({
    Image: IMAGE,
    Entrypoint: ['/bin/sh', '-c', 'true'],
    User: '65534:65534',
    HostConfig: {
      Init: true,
      Memory: 32 * 1024 ** 2,
      MemorySwap: 32 * 1024 ** 2,
      NanoCpus: 5e8,
      PidsLimit: 4096,
      CapDrop: ['ALL'],
    },
  })
  await container.start()
  await container.wait()
  await container.remove({v: true})
}

execFileSync(process.execPath, [god, 'init', dir, '--image', IMAGE], {env, stdio: 'ignore'})
const site = openSite({dir})
const watch = spawn(process.execPath, [god, 'watch'], {env, stdio: 'ignore'})
const ended = new Promise(resolve => watch.once('exit', resolve))
const over = (): number => site.jobs.all().filter(({record}) => record.state === 'done').length

const round = async (target: number): Promise<number> =>
  milliseconds(async () => {
    // As many cpus as let so many run at a time.
    const cpus = Math.floor(((site.nodes.all()[0]?.capacity.cpus ?? 2000) / IN_FLIGHT) | 0)
    for (let n = 0; n < JOBS; n++)
      submitJob(site, {cpus, memory: 32 << 20, command: {kind: 'argv', argv: ['true']}})
    while (over() < target) await pause(20)
  })

try {
  submitJob(site, {cpus: 100, memory: 32 << 20, command: {kind: 'argv', argv: ['true']}})
  while (over() < 1) await pause(20)
  const loop = await milliseconds(() =>
    pool(
      Array.from({length: JOBS}, () => bare),
      IN_FLIGHT,
    ),
  )
  const ours = await round(1 + JOBS)
  line(`${JOBS} containers, bare loop, ${IN_FLIGHT} in flight`, `${((JOBS / loop) * 1000).toFixed(2)} /s`)
  line(
    `${JOBS} jobs through god, ${IN_FLIGHT} in flight`,
    `${((JOBS / ours) * 1000).toFixed(2)} /s`,
    `${(loop / ours).toFixed(2)} of the bare loop`,
  )
  const ticks = readFileSync(`/proc/${watch.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  line(
    'cpu of god watch',
    `${(((Number(ticks[11]) + Number(ticks[12])) * 10) / (JOBS + 1)).toFixed(1)} ms/job`,
    'its start included',
  )
} finally {
  watch.kill('SIGTERM')
  await ended
  rmSync(folder, {recursive: true, force: true})
}
