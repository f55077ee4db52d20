/** What a provider needs in a test, each part of which can be given otherwise: a host, and containers to make. */
import type {HostServices} from './api.js'
import type {ContainerSpec} from './executor.js'

/** Its clock stands still; it has nothing to say and no options. */
export const trialHost = (over: Partial<HostServices> = {}): HostServices => ({
  log: () => undefined,
  now: () => 1_700_000_000_000,
  delay: async () => undefined,
  options: {},
  cluster: '00000000-0000-4000-8000-000000000000',
  node: 'trial',
  stateDir: '/nonexistent',
  signal: new AbortController().signal,
  ...over,
})

/** A container of a job of its own, for executors: give it a `job` that no other has, and the `env` of a program. */
export const trialSpec = (over: Partial<ContainerSpec> & Pick<ContainerSpec, 'job'>): ContainerSpec => ({
  name: `trial-${over.job}-1`,
  cluster: '00000000-0000-4000-8000-000000000000',
  attempt: 1,
  nonce: String(over.job).padStart(24, '0'),
  jobName: 'trial',
  user: 'nobody',
  uid: 65_534,
  gid: 65_534,
  groups: [65_534],
  image: 'trial',
  wrapper: '',
  argv: ['true'],
  env: {},
  resources: {cpus: 1000, memory: 64 * 1024 ** 2, gpus: 0},
  pids: 64,
  network: 'none',
  workDir: {source: '/nonexistent', target: '/mnt/go-docker', readOnly: false},
  mounts: [],
  passwd: '',
  group: '',
  hostname: 'trial',
  ...over,
})
