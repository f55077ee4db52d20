/**
 * What a fake container does, read from the job's variables: how long it runs, how it ends, what it ignores.
 * So a trial with `god submit -E FAKE_SECONDS=5 -E FAKE_EXIT=3 ...` needs no engine and no program.
 */
export interface FakeScript {
  /** Milliseconds of running (paused time does not count); null = until it is told to end. */
  readonly runs: number | null
  readonly exitCode: number
  readonly oom: boolean
  /** Ends only by KILL. */
  readonly ignoresTerm: boolean
  readonly cpuSeconds: number
  readonly maxMemory: number
  /** The engine refuses to create it, with this text. */
  readonly refuse: string | null
  /** The engine cannot start it, with this text. */
  readonly startFault: string | null
}

const number = (text: string | undefined, fallback: number): number => {
  const n = Number(text ?? fallback)
  return Number.isFinite(n) && n >= 0 ? n : fallback
}

export const readScript = (env: Readonly<Record<string, string>>): FakeScript => {
  const seconds = number(env.FAKE_SECONDS, 0)
  const oom = env.FAKE_OOM === '1'
  return {
    runs: env.FAKE_SECONDS === 'forever' ? null : seconds * 1000,
    exitCode: oom ? 137 : number(env.FAKE_EXIT, 0) % 256,
    oom,
    ignoresTerm: env.FAKE_IGNORES_TERM === '1',
    cpuSeconds: number(env.FAKE_CPU_SECONDS, seconds),
    maxMemory: number(env.FAKE_MEMORY, 1024 * 1024),
    refuse: env.FAKE_REFUSE ?? null,
    startFault: env.FAKE_START_FAULT ?? null,
  }
}
