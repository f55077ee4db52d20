/** Options that the executor does not take: refused by name before any engine is asked. */
import assert from 'node:assert/strict'
import createExecutor from '../../../plugins/executor-docker/src/index.js'
import {hostOn} from './world.js'

describe('an option of the docker executor', () => {
  for (const [name, text, expected] of [
    ['docker_url', 'ssh://h', 'unix:///PATH or tcp://HOST:PORT'],
    ['docker_url', 'unix://run/docker.sock', 'unix:///PATH or tcp://HOST:PORT'],
    ['docker_url', 'tcp://h:65536', 'unix:///PATH or tcp://HOST:PORT'],
    ['pull_timeout', '5m', 'a whole number of seconds, from 1'],
    ['pull_timeout', '0', 'a whole number of seconds, from 1'],
    ['pull_timeout', '9999999', 'a whole number of seconds, from 1'],
    ['request_timeout', '0', 'a whole number of seconds, from 1'],
    ['request_timeout', '1.5', 'a whole number of seconds, from 1'],
    ['start_timeout', 'long', 'a whole number of seconds, from 1'],
    ['gpus', '-1', 'a whole number of devices, from 0'],
    ['gpus', 'all', 'a whole number of devices, from 0'],
    ['busybox', 'bin/busybox', 'an absolute path'],
  ] as const)
    it(`is refused: ${name} = ${text}`, () => {
      assert.throws(() => createExecutor(hostOn('/nowhere', {options: {[name]: text}})), {
        message: new RegExp(`^${name} is ${JSON.stringify(text)}; expected ${expected}`),
      })
    })

  it('that is empty is as one that is left out', async () => {
    const options = {
      docker_url: '',
      pull_timeout: '',
      request_timeout: '',
      start_timeout: '',
      gpus: '',
      busybox: '',
    }
    await createExecutor(hostOn('/nowhere', {options})).close()
  })
})
