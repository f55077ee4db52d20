// A god that starts one job and then hangs until it is shot. Arguments: state folder, spec as JSON.
import {setTimeout as wait} from 'node:timers/promises'
import {createExecutor} from '../../../plugins/executor-process/src/executor.ts'

const [stateDir = '', text = ''] = process.argv.slice(2)
const spec = JSON.parse(text)
const executor = createExecutor({
  log: () => {},
  now: () => Date.now(),
  delay: wait,
  options: {},
  cluster: spec.cluster,
  node: 'here',
  stateDir,
})
await executor.create(spec)
await executor.start(spec.name)
process.stdout.write('started\n')
setInterval(() => {}, 1000)
