import assert from 'node:assert/strict'
import {uid} from '../../src/core/brand.js'
import {clearSquats} from '../../src/service/clear-squats.js'
import {DiskProcess} from '../support/disk-process.js'
import {World} from '../support/world.js'

const ANN = 2001
const BOB = 2002

describe('T16: names in the way of others', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })
  const as = (user: number): DiskProcess => new DiskProcess(world.disk, user)
  const inbox = (user: number): string => world.layout.dropFolder(uid(user))
  const bell = (name: string): string => `${world.layout.bells}/${name}`
  const put = (user: number, path: string, text = ''): void => {
    const fs = as(user)
    const fd = fs.open(path, 'create', 0o640)
    if (text !== '') fs.write(fd, Buffer.from(text))
    fs.close(fd)
  }
  const clear = (mode: 'single' | 'multi' = 'multi', fs?: DiskProcess): void => {
    const {service} = world.process()
    const durable = fs === undefined ? service.durable : world.durable(fs)
    clearSquats({...service, durable, format: {...service.format, mode}})
  }
  const names = (folder: string): readonly string[] =>
    [...as(0).readdir(folder)].map(name => name.replace(/\.[0-9a-f]{24}/, '')).sort()

  it('are drop folders that are not of the user whose they are called; his own stays', () => {
    as(BOB).mkdir(inbox(ANN), 0o770)
    as(BOB).mkdir(inbox(BOB), 0o770)
    put(BOB, `${inbox(BOB)}/mine`)
    clear()
    assert.deepEqual(names(world.layout.inbox), [`u${BOB}`])
    assert.deepEqual(names(world.layout.quarantine), [])
    as(ANN).mkdir(inbox(ANN), 0o770)
    clear()
    assert.deepEqual(names(world.layout.inbox), [`u${ANN}`, `u${BOB}`])
    assert.match(world.log.join('\n'), /inbox\/u2001 was uid 2002's, and in the way of others: taken away/)
  })

  it('are kept where anything is in them, and told of once for all', () => {
    as(BOB).mkdir(inbox(ANN), 0o770)
    put(BOB, `${inbox(ANN)}/a`)
    put(BOB, inbox(3000), 'text')
    put(BOB, inbox(3001))
    clear()
    assert.deepEqual(names(world.layout.inbox), [])
    assert.deepEqual(names(world.layout.quarantine), ['u2001', 'u2001.why', 'u3000', 'u3000.why'])
    assert.match(world.log.join('\n'), /, and 2 more: taken away/)
  })

  it('are bells of others, and what is none; a bell of one’s own is left, and one that is being made', () => {
    put(BOB, bell(`u${ANN}`))
    put(BOB, bell(`u${BOB}`))
    put(BOB, bell('.t.abc'))
    put(BOB, bell('x'))
    as(BOB).mkdir(bell('u3000'), 0o755)
    clear()
    assert.deepEqual(names(world.layout.bells), ['.t.abc', `u${BOB}`])
  })

  it('are nobody’s where one user owns all', () => {
    as(BOB).mkdir(inbox(ANN), 0o770)
    clear('single')
    assert.deepEqual(names(world.layout.inbox), [`u${ANN}`])
  })

  it('stay where the disk does not let go of them, and end no pass', () => {
    as(BOB).mkdir(inbox(ANN), 0o770)
    clear('multi', as(0).plan({call: 'rmdir', n: 1, effect: {error: 'EIO'}}))
    assert.deepEqual(names(world.layout.inbox), [`u${ANN}`])
    clear()
    assert.deepEqual(names(world.layout.inbox), [])
  })

  it('are left to the next pass where they are very many', () => {
    for (let i = 0; i < 10_001; i++) put(BOB, bell(`x${i}`))
    clear()
    assert.equal(names(world.layout.bells).length, 1)
  })
})
