/**
 * A long-lived service of its own process on the directory in argv[2], for `bench/state.ts`: passes of a scheduler and a
 * watcher; tells in one JSON line what they took and how much memory the process has.
 */
import {passHost} from '../src/cli/pass-host.js'
import {openService} from '../src/service/open-service.js'
import {createReconciler} from '../src/service/reconciler.js'
import {schedulerPass} from '../src/service/scheduler.js'
import {watcherPass} from '../src/service/watcher.js'
import {claimEpoch} from '../src/store/epoch.js'
import {milliseconds} from './measure.js'

const [, , dir, times = '15'] = process.argv
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
await reconciler.idle()
process.stdout.write(`${JSON.stringify({schedule, cpu, watch, rss: process.memoryUsage().rss})}\n`)
await close()
