/** The sections of the configuration about many users: what they say, and how mistakes are told. */
import assert from 'node:assert/strict'
import {parseSections} from '../../../src/core/settings/sections.js'
import {parseSettings} from '../../../src/core/settings/settings.js'

const sections = (...lines: readonly string[]) =>
  parseSections(
    lines.map((line, i) => {
      const cut = line.indexOf(' = ')
      return {key: line.slice(0, cut), value: line.slice(cut + 3), origin: `go-d.ini:${i + 1}`}
    }),
  )

const refused = (why: RegExp, ...lines: readonly string[]): void =>
  assert.throws(() => sections(...lines), {code: 'E_CONFIG_BAD', message: why})

describe('a section', () => {
  it('of a volume has a path, and is for reading by nobody unless it says more', () => {
    assert.deepEqual(sections('volume.data.path = /srv/data').volumes.get('data'), {
      name: 'data',
      path: '/srv/data',
      mount: '/srv/data',
      acl: 'ro',
      root: false,
      users: [],
      groups: [],
    })
    const {volumes} = sections(
      'volume.s.path = /srv/$USER',
      'volume.s.mount = /scratch',
      'volume.s.acl = rw',
      'volume.s.root = yes',
      'volume.s.users = ann, 1001',
      'volume.s.groups = lab',
    )
    assert.deepEqual(volumes.get('s'), {
      ...{name: 's', path: '/srv/$USER', mount: '/scratch', acl: 'rw', root: true},
      ...{users: ['ann', '1001'], groups: ['lab']},
    })
  })

  it('of a project has members', () => {
    const {projects} = sections('project.lab.users = *', 'project.empty.groups = none')
    assert.deepEqual([...projects.keys()], ['lab', 'empty'])
    assert.deepEqual(projects.get('lab'), {name: 'lab', users: ['*'], groups: [], priority: 0})
  })

  it('of a quota has limits, none where none are said', () => {
    const {userQuotas, projectQuotas} = sections(
      'quota.user.*.cpus = 4',
      'quota.user.a.b@corp.ram = 2G',
      'quota.user.a.b@corp.cpu_time = 1d',
      'quota.project.lab.running = 0',
      'quota.project.lab.pending = none',
    )
    const none = {cpus: null, ram: null, running: null, pending: null, cpu_time: null}
    assert.deepEqual(userQuotas.get('*'), {...none, cpus: 4000})
    assert.deepEqual(userQuotas.get('a.b@corp'), {...none, ram: 2 * 1024 ** 3, cpu_time: 86_400})
    assert.deepEqual(projectQuotas.get('lab'), {...none, running: 0})
  })

  it('that is wrong is told with its line, and what is expected', () => {
    refused(/go-d\.ini:2: a section of volume has no 'pth'/, 'volume.a.path = /srv/a', 'volume.a.pth = /x')
    refused(
      /volume\.a\.acl = "w", but one of ro, rw is expected/,
      'volume.a.path = /srv/a',
      'volume.a.acl = w',
    )
    refused(/go-d\.ini:1: the volume a has no path/, 'volume.a.acl = rw')
    refused(/path = "\/etc" cannot be: it is a folder of the system/, 'volume.a.path = /etc')
    refused(/mount = "\/mnt\/home" cannot be/, 'volume.a.path = /srv/a', 'volume.a.mount = /mnt/home')
    refused(/mount = "\/mnt\/home\/x" cannot be/, 'volume.a.path = /mnt/home/x')
    refused(/'a b' is no name for a section of volume/, 'volume.a b.path = /srv/a')
    refused(/there is no section '\[quota\.users\.ann\]'/, 'quota.users.ann.cpus = 1')
    refused(/there is no section '\[volume\]'/, 'volume.path = /srv')
    refused(/quota\.user\.ann\.cpus = "many"/, 'quota.user.ann.cpus = many')
    refused(/has no '__proto__'/, 'quota.user.ann.__proto__ = 1')
    refused(/has no 'constructor'/, 'volume.a.constructor = 1')
  })

  it('is found by the configuration, with its lines as they are written', () => {
    const found = parseSettings([{key: 'volume.a.path', value: '/srv/a', origin: 'go-d.ini:7'}])
    assert.equal(found.sections.volumes.get('a')?.path, '/srv/a')
    assert.deepEqual([...found.sectionLines], [['volume.a.path', '/srv/a']])
    assert.equal(found.origins.get('volume.a.path'), 'go-d.ini:7')
  })
})
