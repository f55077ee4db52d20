/**
 * A service that is not root, in a process of its own: gives up its rights and runs one job. Arguments: the folder,
 * the url of the engine, the spec. Prints what it saw.
 */
import 'dockerode'
import type {ContainerSpec, ExecutorHealth, Usage} from '@god-cli/api'
import createExecutor from '../../../plugins/executor-docker/src/index.js'
import {until} from '../../support/until.js'
import {GID, hostOn, UID} from './world.js'

export interface Seen {
  readonly uid: number | undefined
  readonly exactUsage: boolean
  readonly cgroup: ExecutorHealth | undefined
  readonly running: Usage | null
  readonly ended: Usage | null
  readonly logged: readonly string[]
}

const [stateDir = '', url = '', text = ''] = process.argv.slice(2)
const spec = JSON.parse(text) as ContainerSpec
const logged: string[] = []

process.setgroups?.([])
process.setgid?.(GID)
process.setuid?.(UID)
const executor = createExecutor(
  hostOn(stateDir, {
    cluster: spec.cluster,
    options: {docker_url: url},
    log: (_level, line) => logged.push(line),
  }),
)
try {
  const made = await executor.create(spec)
  if (made.answer !== 'created') throw new Error(JSON.stringify(made))
  const {id} = made.container
  await executor.start(id)
  const running = await until('the job has used a little', async () => {
    await executor.inspect(id)
    const usage = await executor.usage(spec.name, id)
    return usage !== null && usage.cpuSeconds > 0 ? usage : null
  })
  await executor.signal(id, 'SIGKILL')
  await until('the job has ended', async () => (await executor.inspect(id))?.status === 'exited' || null)
  const ended = await executor.usage(spec.name, id)
  const cgroup = (await executor.health()).find(({check}) => check === 'cgroup')
  const seen: Seen = {
    uid: process.getuid?.(),
    exactUsage: executor.features.exactUsage,
    cgroup,
    running,
    ended,
    logged,
  }
  process.stdout.write(JSON.stringify(seen))
} finally {
  await executor.remove(spec.name, spec.name)
  await executor.close()
}
