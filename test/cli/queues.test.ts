/** Queues by the commands: where a job waits, who is told of which, and how jobs are chosen by them. */
import assert from 'node:assert/strict'
import {siteForEach} from '../support/site.js'

const QUEUES = [
  ...['executor = fake', 'default_images = busybox:local', '[queue.long]', 'defaults_time = 1-0'],
  ...['user_running = 1', '[queue.other]', 'users = nobody-else'],
]

describe('a queue', () => {
  const held = siteForEach()

  it('is named by submit, and shown, and chosen by', async () => {
    const {site} = held
    site.configure(QUEUES)
    await site.here(['submit', '-q', 'long', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.here(['submit', '-E', 'FAKE_SECONDS=forever', 'x'])
    const waiting = JSON.parse((await site.here(['show', '1', '--json'])).stdout)
    assert.deepEqual([waiting.queue, waiting.walltime], ['long', 86_400])
    await site.pass()
    const shown = JSON.parse((await site.here(['show', '1', '--json'])).stdout)
    assert.deepEqual([shown.queue, shown.walltime, shown.state], ['long', 86_400, 'running'])
    assert.equal((await site.here(['stat', '-q', 'long', '-Q'])).stdout, '1\n')
    assert.equal((await site.here(['stat', '-q', 'long,default', '-Q'])).stdout, '1\n2\n')
    assert.match((await site.here(['kill', '-q', 'long'])).stdout, /^job 1: /)
  })

  it('that is not there, or not for the caller, is refused with those that are', async () => {
    const {site} = held
    site.configure(QUEUES)
    const {code, stderr} = await site.here(['submit', '-q', 'lnog', 'x'])
    assert.equal(code, 6)
    assert.match(stderr, /there is no queue .lnog.\. There are: default, long, other\./)
    await site.here(['submit', '-q', 'other', 'x'])
    await site.pass()
    const told = JSON.parse((await site.here(['show', '1', '--json'])).stdout)
    assert.equal(told.state, 'refused')
    assert.match(told.reason.text, /the queue 'other' is not for \S+/)
    assert.deepEqual(JSON.parse((await site.here(['whoami', '--json'])).stdout).queues, ['default', 'long'])
  })

  it('at its cap keeps a job waiting, and why says what must end', async () => {
    const {site} = held
    site.configure(QUEUES)
    for (const _ of [1, 2]) await site.here(['submit', '-q', 'long', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    assert.match(
      (await site.here(['why', '2'])).stdout,
      /the limit of user \S+ in queue long is 1 job at once, and 1 runs\nneeds that user \S+ in queue long uses 1 job less/,
    )
  })
})

describe('a constraint', () => {
  const held = siteForEach()

  it('chooses a node by the labels that the operator gave it, and is shown', async () => {
    const {site} = held
    site.configure([...site.lines, '[node.n1]', 'labels = rack=3'])
    await site.pass()
    assert.equal((await site.here(['submit', '-C', 'rack=3', 'x'])).code, 0)
    const {code, stderr} = await site.here(['submit', '-C', 'rack=4', 'x'])
    assert.equal(code, 6)
    assert.match(stderr, /no node has rack=4\. Nodes have: rack=3\./)
    await site.pass()
    const shown = JSON.parse((await site.here(['show', '1', '--json'])).stdout)
    assert.deepEqual([shown.constraint, shown.node], [{rack: '3'}, 'n1'])
    assert.match((await site.here(['show', '1'])).stdout, /\nconstraint rack=3\n/)
  })
})
