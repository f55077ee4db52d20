import assert from 'node:assert/strict'
import {closeSync, openSync, readdirSync, writeSync} from 'node:fs'
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {ended, opened, pidOf, sh, underEachShell} from './workshop.js'

underEachShell('a signal to the wrapper', job => {
  const SIGNALS = {SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGUSR1: 10, SIGUSR2: 12, SIGTERM: 15} as const

  for (const [signal, number] of Object.entries(SIGNALS)) {
    it(`${signal} to the whole group ends a command that does nothing about it, and the wrapper tells`, async () => {
      const ready = job.pipe('ready')
      const child = job.begin(sh(`ulimit -c 0; exec 9>${ready}; exec sleep 60`))
      await opened(ready)
      process.kill(-pidOf(child), signal)
      assert.equal(await ended(child), 128 + number)
      assert.equal(job.read('started.1/exit'), `${128 + number}\n`)
    })
  }

  it('lets a command save its work and end with its own code', async () => {
    const [ready, hold] = [job.pipe('ready'), job.pipe('hold')]
    // Only built-ins of the shell: no child could meet the signal before it is itself.
    const work = `exec 8<>${hold}; : >${ready}; while :; do read -r _ <&8; done`
    const child = job.begin(sh(`trap 'echo saved; exit 9' TERM; ${work}`))
    await opened(ready)
    process.kill(-pidOf(child), 'SIGTERM')
    // A shell that was about to read has noted the signal, and would read on for ever.
    const waker = openSync(hold, 'r+')
    writeSync(waker, 'on\n')
    assert.equal(await ended(child), 9)
    closeSync(waker)
    assert.deepEqual([job.read('god.log'), job.read('started.1/exit')], ['saved\n', '9\n'])
  })

  it('to the wrapper alone leaves the command and its code as they are', async () => {
    const [ready, go] = [job.pipe('ready'), job.pipe('go')]
    const child = job.begin(sh(`: >${ready}; read -r _ <${go}; exit 4`))
    await opened(ready)
    for (const signal of Object.keys(SIGNALS)) process.kill(pidOf(child), signal)
    await writeFile(go, 'on\n')
    assert.equal(await ended(child), 4)
    assert.equal(job.read('started.1/exit'), '4\n')
    assert.match(job.read('god.info'), /^\d+\n\d+\n$/)
  })

  it('KILL leaves the fence and no exit file', async () => {
    const ready = job.pipe('ready')
    const child = job.begin(sh(`: >${ready}; sleep 60`))
    await opened(ready)
    process.kill(-pidOf(child), 'SIGKILL')
    assert.equal(await ended(child), null)
    assert.deepEqual(readdirSync(join(job.out, 'started.1')), [])
  })
})
