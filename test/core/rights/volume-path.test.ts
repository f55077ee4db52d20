/** T35, T38: which paths an operator may grant, and what they become for a user. */
import assert from 'node:assert/strict'
import {pathFor, sourceFault, targetFault} from '../../../src/core/rights/volume-path.js'

const SYSTEM = [
  ...[
    '/bin',
    '/boot',
    '/dev',
    '/etc',
    '/lib',
    '/lib32',
    '/lib64',
    '/libx32',
    '/lost+found',
    '/proc',
    '/root',
    '/run',
  ],
  ...[
    '/sbin',
    '/sys',
    '/usr',
    '/god',
    '/snap',
    '/var/run',
    '/var/lock',
    '/var/lib/docker',
    '/var/lib/containerd',
  ],
  ...['/var/lib/containers', '/var/lib/kubelet', '/var/lib/god'],
]
const BELOW = ['/x', '/a/b', '/docker.sock', '/1/root', '/self/root/etc', '/$USER']

const FORMS = [
  ...[
    '',
    ' ',
    'srv',
    './srv',
    '../srv',
    '~',
    '~/x',
    'C:\\x',
    '\\srv',
    '//',
    '//srv',
    '/srv//x',
    '/srv/',
    '/srv/.',
  ],
  ...[
    '/srv/..',
    '/srv/../etc',
    '/./srv',
    '/..',
    '/.',
    '/srv/./x',
    '/srv/x/',
    '/srv/x/..',
    '/srv\n',
    '/srv\0',
    '/srv\t',
  ],
  ...[
    '/srv/\u001b[31m',
    '/srv/a:b',
    '/srv/a,b',
    '/srv/"a"',
    '/srv/*',
    '/srv/?',
    '/srv/a\\b',
    `/srv/${'x'.repeat(1024)}`,
  ],
]

const MARKS = [
  ...[
    '/srv/$HOME',
    '/srv/$' + '{USER}',
    '/srv/$USERS',
    '/srv/x$USER',
    '/srv/$USER.d',
    '/srv/$',
    '/srv/$$',
    '/srv/$(id)',
  ],
  ...['/srv/$UID0', '/srv/$GID', '/srv/$user', '/srv/a$UID', '/srv/$USER$UID'],
]

const WHOLE = ['/', '/var', '/var/lib', '/var/log', '/home', '/mnt', '/tmp', '/var/tmp', '/opt', '/srv']
const FIRST = ['/$USER', '/$UID', '/$USER/x']

const BAD = [
  ...SYSTEM,
  ...SYSTEM.flatMap(path => BELOW.map(below => path + below)),
  ...FORMS,
  ...MARKS,
  ...WHOLE,
  ...FIRST,
]

describe('T35 a path that an operator grants', () => {
  it('is none of two hundred bad ones', () => {
    assert.ok(BAD.length >= 200, String(BAD.length))
    for (const path of BAD) assert.notEqual(sourceFault(path), null, JSON.stringify(path))
  })

  it('is a folder of users', () => {
    for (const path of [
      '/srv/x',
      '/home/$USER',
      '/data',
      '/scratch/$UID/x',
      '/var/lib/x',
      '/mnt/x',
      '/opt/x',
      '/usrlocal',
      '/etcetera',
      '/home/a.b-c_d',
    ])
      assert.equal(sourceFault(path), null, path)
  })
})

describe('T38 a place in a container where something is mounted', () => {
  it('is none of the system’s, and none of god’s own', () => {
    for (const path of [
      ...SYSTEM,
      ...FORMS,
      ...MARKS,
      '/',
      '/mnt/go-docker',
      '/mnt/go-docker/x',
      '/mnt/home',
      '/mnt/home/x',
    ])
      assert.notEqual(targetFault(path), null, JSON.stringify(path))
  })

  it('is any other', () => {
    for (const path of ['/data', '/srv', '/mnt/data', '/mnt/homes', '/home/$USER/data', '/$USER'])
      assert.equal(targetFault(path), null, path)
  })
})

describe('a path for one user', () => {
  const ann = {uid: 1000, name: 'ann'}

  it('has his name and his number in it', () => {
    assert.equal(pathFor('/srv/$USER/$UID', ann), '/srv/ann/1000')
    assert.equal(pathFor('/srv/x', ann), '/srv/x')
  })

  it('is none for a name that would lead elsewhere', () => {
    for (const name of ['', '.', '..', '../x', 'a/b', 'CORP\\ann', 'a b', '-x', '.hidden', 'a\n', '$USER'])
      assert.equal(pathFor('/srv/$USER', {uid: 1, name}), null, JSON.stringify(name))
    assert.equal(pathFor('/srv/$UID', {uid: 1, name: '../x'}), '/srv/1')
  })

  it('has no mark left that came with a name', () => {
    assert.equal(pathFor('/srv/$USER', {uid: 1, name: 'host$'}), '/srv/host$')
  })
})
