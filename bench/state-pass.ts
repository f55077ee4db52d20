/**
 * A long-lived service of its own process on the directory in argv[2], for `bench/state.ts`: passes of a scheduler and a
 * watcher at rest, then some after one more submission each; tells in one JSON line what they took and how much memory
 * the process has.
 */
import {execFileSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {passHost} from '../src/cli/pass-host.js'
import {openService} from '../src/service/open-service.js'
import {createReconciler} from '../src/service/reconciler.js'
import {schedulerPass} from '../src/service/scheduler.js'
import {watcherPass} from '../src/service/watcher.js'
import {claimEpoch} from '../src/store/epoch.js'
import {milliseconds} from './measure.js'

const god = fileURLToPath(new URL('../bin/god.cjs', import.meta.url))
const CHANGES = 7

const [, , dir = '', times = '15'] = process.argv
const {service, close} = await openService(passHost({dir, json: false}, 'bench', false))
const epoch = claimEpoch(service.durable, service.layout, 'bench')
const reconciler = createReconciler(service, () => undefined)
const schedule: number[] = []
/** Of the scheduling passes: what a busy machine does not change. */
const cpu: number[] = []
const watch: number[] = []
for (let i = 0; i < Number(times); i++) {
  const before = process.cpuUsage()
  schedule.push(await milliseconds(async () => void (await schedulerPass(service, epoch))))
  const {user, system} = process.cpuUsage(before)
  cpu.push((user + system) / 1000)
  watch.push(await milliseconds(async () => void (await watcherPass(service, reconciler))))
}
const changed: number[] = []
for (let i = 0; i < CHANGES; i++) {
  // A whole node: it waits behind the others.
  execFileSync(process.execPath, [god, 'submit', '--dir', dir, '-c', '4', '--', 'true'], {stdio: 'ignore'})
  changed.push(await milliseconds(async () => void (await schedulerPass(service, epoch))))
}
await reconciler.idle()
process.stdout.write(`${JSON.stringify({schedule, changed, cpu, watch, rss: process.memoryUsage().rss})}\n`)
await close()
