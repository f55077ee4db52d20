/**
 * A simulated engine: containers that live by the clock they are given, deterministic to the millisecond.
 *
 * It keeps what a real engine promises: a name is made once, a start happens once, pause stops the time, an ended
 * container keeps its code until it is removed. Its state is plain data, so that a process can save and another
 * load it, and a test can look at it and change it.
 */
import type {ContainerSpec, ContainerStatus, Usage} from '@god-cli/api'
import {type FakeScript, readScript} from './script.js'

export interface FakeContainer {
  readonly id: string
  readonly spec: ContainerSpec
  readonly script: FakeScript
  status: ContainerStatus
  startedAt: number | null
  finishedAt: number | null
  pausedAt: number | null
  /** Milliseconds paused and over. */
  pausedFor: number
  exitCode: number | null
  startFault: string | null
}

/** The job's directory as the wrapper in the container sees it. */
export interface FakeFences {
  /** mkdir started.<attempt>; false: it is taken. */
  begin(spec: ContainerSpec): boolean
  /** Leaves the exit code in it. */
  end(spec: ContainerSpec, code: number): void
}

export interface FakeState {
  serial: number
  containers: FakeContainer[]
}

export class FakeEngine {
  readonly state: FakeState
  /** Each time a user's command began: for the invariants. */
  readonly begun: {job: number; task?: number; attempt: number; nonce: string}[] = []
  readonly #now: () => number
  readonly #fences: FakeFences

  constructor(now: () => number, fences: FakeFences, state: FakeState = {serial: 0, containers: []}) {
    this.#now = now
    this.#fences = fences
    this.state = state
  }

  /** By name or id, as it is now. */
  find(nameOrId: string): FakeContainer | null {
    this.tick()
    return this.state.containers.find(({id, spec}) => id === nameOrId || spec.name === nameOrId) ?? null
  }

  all(): readonly FakeContainer[] {
    this.tick()
    return this.state.containers
  }

  create(spec: ContainerSpec): FakeContainer {
    const container: FakeContainer = {
      id: `fake${++this.state.serial}`,
      spec,
      script: readScript(spec.env),
      status: 'created',
      startedAt: null,
      finishedAt: null,
      pausedAt: null,
      pausedFor: 0,
      exitCode: null,
      startFault: null,
    }
    this.state.containers.push(container)
    return container
  }

  start(container: FakeContainer): void {
    if (container.status !== 'created') return
    container.startFault = container.script.startFault
    if (container.startFault !== null) return
    container.startedAt = this.#now()
    container.status = 'running'
    if (!this.#fences.begin(container.spec)) {
      this.#exit(container, 125, this.#now())
      return
    }
    const {job, task, attempt, nonce} = container.spec
    this.begun.push({job, ...(task === undefined ? {} : {task}), attempt, nonce})
    this.tick()
  }

  pause(container: FakeContainer): void {
    if (container.status !== 'running') return
    container.status = 'paused'
    container.pausedAt = this.#now()
  }

  unpause(container: FakeContainer): void {
    if (container.status !== 'paused') return
    container.status = 'running'
    container.pausedFor += this.#now() - (container.pausedAt ?? this.#now())
    container.pausedAt = null
  }

  /** False: it does not run. */
  signal(container: FakeContainer, signal: string): boolean {
    if (container.status !== 'running' && container.status !== 'paused') return false
    this.unpause(container)
    // The wrapper is shot too: nobody is left to write the exit code down.
    if (signal === 'SIGKILL') this.#exit(container, 137, this.#now())
    const number = ENDS[signal]
    if (number !== undefined && !container.script.ignoresTerm)
      this.#finish(container, 128 + number, this.#now())
    return true
  }

  remove(container: FakeContainer): void {
    this.state.containers = this.state.containers.filter(other => other !== container)
  }

  /** While it runs, its cpu time grows evenly to what the script says. */
  usage({status, startedAt, pausedAt, pausedFor, script}: FakeContainer): Usage | null {
    if (startedAt === null) return null
    const {cpuSeconds, maxMemory, runs} = script
    if (status === 'exited') return {cpuSeconds, maxMemory, exact: true}
    const lived = (pausedAt ?? this.#now()) - startedAt - pausedFor
    const spent = runs === null || runs === 0 ? lived / 1000 : (cpuSeconds * lived) / runs
    return {cpuSeconds: spent, maxMemory, exact: true, memory: maxMemory}
  }

  /** What time does. Returns whether anything ended. */
  tick(): boolean {
    const now = this.#now()
    let ended = false
    for (const container of this.state.containers) {
      const end = this.#endOf(container)
      if (end === null || end > now) continue
      this.#finish(container, container.script.exitCode, end)
      ended = true
    }
    return ended
  }

  /** The next moment at which something ends by itself, or null. */
  nextEnd(): number | null {
    const ends = this.state.containers.flatMap(container => this.#endOf(container) ?? [])
    return ends.length === 0 ? null : Math.min(...ends)
  }

  #endOf(container: FakeContainer): number | null {
    const {status, startedAt, script, pausedFor} = container
    if (status !== 'running' || startedAt === null || script.runs === null) return null
    return startedAt + script.runs + pausedFor
  }

  #exit(container: FakeContainer, code: number, at: number): void {
    container.status = 'exited'
    container.exitCode = code
    container.finishedAt = at
  }

  /** The command ended, the wrapper outlived it. */
  #finish(container: FakeContainer, code: number, at: number): void {
    this.#exit(container, code, at)
    this.#fences.end(container.spec, code)
  }
}

/** Signals that end a program which does nothing about them. */
const ENDS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
}
