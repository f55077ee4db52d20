/** A process of its own that takes a lease, says so, and then does as it is told on its standard input. */
import {createInterface} from 'node:readline'
import {mayBeAlive, ownIdentity, upSeconds} from '../../src/host/process.js'
import {createLeases} from '../../src/store/lease.js'

const [, , folder = '', name = ''] = process.argv
const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const acquire = createLeases({
  folder,
  self: ownIdentity(),
  mayBeAlive,
  upSeconds,
  staleAfter: 30,
  update: 1000,
})
const lease = await acquire(name)
say(lease === null ? 'refused' : 'held')

for await (const line of createInterface({input: process.stdin})) {
  if (line === 'lost') say(String(lease?.lost() ?? true))
  if (line === 'release') {
    await lease?.release()
    say('released')
  }
  if (line === 'exit') break
}
process.exit(0)
