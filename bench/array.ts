/**
 * One large array through the passes, on the in-memory disk with the simulated engine: how large its record becomes
 * while it runs in order, what a pass costs at its beginning and at its end, and whether every result is found.
 * `node --import tsx bench/array.ts 1000000` is the size of the paper; a few thousand tell the same in a minute.
 */
import {newArray} from '../src/core/array/start.js'
import {taskRecord} from '../src/core/array/view.js'
import {isOver} from '../src/core/state.js'
import {GIB, World} from '../test/support/world.js'
import {line, median, milliseconds} from './measure.js'

const tasks = Number(process.argv[2] ?? 2000)
/** Tasks at once; the second word. */
const ROOM = Number(process.argv[3] ?? 64)

const world = new World({
  nodes: [{name: 'n1', capacity: {cpus: ROOM * 1000, memory: ROOM * GIB, gpus: 0}, labels: {}}],
})
const submitted = await milliseconds(() => {
  newArray(`1-${tasks}`, false)
})
line(`an array of ${tasks} tasks made`, `${submitted.toFixed(2)} ms`)

const id = world.submit({array: `1-${tasks}`, env: {FAKE_SECONDS: '1'}})
const god = world.process()
const mine = god.claimEpoch()
const passes: number[] = []
let largest = 0
for (;;) {
  passes.push(
    await milliseconds(async () => {
      await god.schedule(mine)
    }),
  )
  world.clock.advance(2000)
  await god.watch()
  const record = world.record(id)
  if (record === null || isOver(record.state)) break
  largest = Math.max(largest, JSON.stringify(record).length)
  await god.pack()
}
await god.pack()
const tenth = Math.max(1, Math.floor(passes.length / 10))
line('largest record', `${(largest / 1024).toFixed(1)} KiB`)
line('a pass in the first tenth', `${median(passes.slice(0, tenth)).toFixed(1)} ms`)
line('a pass in the last tenth', `${median(passes.slice(-tenth)).toFixed(1)} ms`)
line('commands begun', `${world.begun().length}`, 'one for each task')

const {packs} = world.process().service
const record = packs.job(id)?.record ?? null
const found = Array.from({length: tasks}, (_, i) => i + 1).filter(
  task => packs.task(id, task) !== null && record !== null && taskRecord(record, task)?.state === 'done',
)
line('results found by their number', `${found.length} of ${tasks}`)
