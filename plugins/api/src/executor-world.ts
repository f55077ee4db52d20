/**
 * The world in which an executor is put to the test, and the verbs that the cases of its contract speak in.
 *
 * The plugin's author writes the world. No verb sleeps: it lets the world settle until something is so, and gives up.
 */
import assert from 'node:assert/strict'
import type {ContainerSpec, ContainerView, Executor} from './executor.js'

/** `endless` runs until a signal ends it and does nothing about TERM; the others end at once with that code. */
export type Program = 'exit0' | 'exit3' | 'exit137' | 'endless'

export interface OpenExecutor {
  readonly executor: Executor
  /** A spec of a job that no other has, of this executor's cluster, for that program. */
  spec(program: Program): ContainerSpec
  /** Resolves when the program of a started spec has begun to run. */
  ready(spec: ContainerSpec): Promise<void>
  /** Lets a little time pass: a real world waits some milliseconds, a simulated one moves its clock. */
  settle(): Promise<void>
  /** Another executor on the same engine for the same cluster, as after a restart of god. */
  another(): Promise<Executor>
  /** Removes whatever is left, closes all executors. */
  close(): Promise<void>
}

export interface ExecutorWorld {
  /** Each time another cluster; on the same engine, if engines can be shared. */
  open(): Promise<OpenExecutor>
}

export type Case = (world: OpenExecutor, worlds: ExecutorWorld) => Promise<void>

const PATIENCE = 2000

export const until = async <T>(
  world: OpenExecutor,
  what: string,
  ask: () => Promise<T | null>,
): Promise<T> => {
  for (let left = PATIENCE; left > 0; left -= 1) {
    const answer = await ask()
    if (answer !== null) return answer
    await world.settle()
  }
  assert.fail(`waited in vain until ${what}`)
}

export const created = async ({executor}: OpenExecutor, spec: ContainerSpec): Promise<ContainerView> => {
  const answer = await executor.create(spec)
  assert.equal(answer.answer, 'created', JSON.stringify(answer))
  return answer.container
}

/** Created and started; its id. */
export const started = async (world: OpenExecutor, spec: ContainerSpec): Promise<string> => {
  const {id} = await created(world, spec)
  assert.deepEqual(await world.executor.start(id), {answer: 'started'})
  return id
}

/** Started, and its program runs. */
export const running = async (world: OpenExecutor, spec: ContainerSpec): Promise<string> => {
  const id = await started(world, spec)
  await world.ready(spec)
  return id
}

export const view = async ({executor}: OpenExecutor, id: string): Promise<ContainerView> => {
  const seen = await executor.inspect(id)
  assert.ok(seen !== null, `${id} is there`)
  return seen
}

export const inStatus = (
  world: OpenExecutor,
  id: string,
  status: ContainerView['status'],
): Promise<ContainerView> =>
  until(world, `${id} is ${status}`, async () => {
    const seen = await view(world, id)
    return seen.status === status ? seen : null
  })

export const ended = (world: OpenExecutor, id: string): Promise<ContainerView> =>
  inStatus(world, id, 'exited')
