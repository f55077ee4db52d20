/** R16: go-d.ini, its settings, and what a plugin says of itself. */
import assert from 'node:assert/strict'
import {readOptions} from '../../plugins/executor-docker/src/options.js'
import {sourceFault, targetFault} from '../../src/core/rights/volume-path.js'
import {parseSettings, SETTINGS, type SettingKey} from '../../src/core/settings/settings.js'
import {parseAssignments} from '../../src/host/config-file.js'
import {parseInstalled} from '../../src/plugin/installed.js'
import {parseManifest} from '../../src/plugin/manifest.js'
import {fuzzed} from './fuzz.js'

const INI = `; a site
shared_dir = /srv/god
executor=docker
default_images = "busybox:local", alpine
allow_user_images = no
[plugin.docker]
gpus = 2 ; two
`

/** A site of many users. */
const MANY = `private_jobs = yes
allowed_images = lab/*, tool:1
[volume.scratch]
path = /srv/$USER/x
mount = /scratch
acl = rw
users = *
groups = lab, 50
[project.lab]
groups = lab
[quota.user.*]
cpus = 4
ram = 2G
running = none
[quota.project.lab]
pending = 9
cpu_time = 1d
`

const INI_WORDS = [
  ...[
    '[volume.a]',
    'path = /',
    '/srv/$UID',
    '/etc',
    '..',
    '*',
    '[quota.user.a.b]',
    '[project.]',
    'cpus = 1',
    'none',
  ],
  ...['\n', '=', '[', ']', ';', '#', '"', "'", '.', ' ', '\\', '[plugin.docker]', '[]', '{}', 'shared_dir'],
  ...['executor', 'max_time', '30', 'true', '__proto__', '[__proto__]', "'[1]'", `'{"a":1}'`, 'key[]'],
]

const jsonOr = (text: string, otherwise: unknown): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return otherwise
  }
}

/** Read again as it is shown; but memory is shown rounded. */
const showsBack = (key: SettingKey, text: string): void => {
  const rule = SETTINGS[key] as {parse(text: string): unknown; show(value: unknown): string}
  const value = rule.parse(text)
  if (value !== undefined && !['defaults_ram', 'max_ram'].includes(key))
    assert.deepEqual(rule.parse(rule.show(value)), value, key)
}

describe('R16: the configuration', () => {
  fuzzed({
    name: 'go-d.ini',
    parse: text => parseAssignments('/god/go-d.ini', text),
    good: [INI],
    words: INI_WORDS,
    holds: found => {
      for (const {key, value, origin} of found) {
        assert.ok(typeof key === 'string' && typeof value === 'string')
        assert.match(origin, /^\/god\/go-d\.ini:\d+$/)
      }
      assert.equal(new Set(found.map(({key}) => key)).size, found.length)
    },
  })

  fuzzed({
    name: 'settings',
    parse: text => parseSettings(parseAssignments('/god/go-d.ini', text)),
    good: [INI, MANY, 'max_time = 2-12\npids_limit = 8\nnetwork = none\n'],
    words: INI_WORDS,
    holds: ({settings, sections}) => {
      assert.deepEqual(Object.keys(settings), Object.keys(SETTINGS))
      for (const {path, mount} of sections.volumes.values())
        assert.deepEqual([sourceFault(path), targetFault(mount)], [null, null], `${path} ${mount}`)
    },
  })

  fuzzed({
    name: 'a setting',
    throws: 'nothing',
    parsers: Object.keys(SETTINGS).length,
    parse: text => {
      for (const key of Object.keys(SETTINGS) as SettingKey[]) showsBack(key, text)
    },
    good: [
      'true',
      '30',
      '2-12',
      '999999d',
      '512M',
      '0.5',
      'none',
      'a, b',
      'unix:///x',
      'SIGTERM',
      'n1',
      '/x',
    ],
    words: ['0', '1', '9', 'd', 'h', 's', ':', '-', ',', ' ', '/', 'none', 'true'],
  })

  fuzzed({
    name: 'options of docker',
    throws: 'plain',
    parse: text => {
      const [docker_url = '', gpus = '', busybox = '', pull_timeout = ''] = text.split(' ')
      return readOptions({docker_url, gpus, busybox, pull_timeout})
    },
    good: ['unix:///var/run/docker.sock 2 /bin/busybox 60', 'tcp://[::1]:2375 0', 'tcp://host:65535/'],
    words: ['unix://', 'tcp://', '/', ':', '[', ']', '::1', '0', '65535', '65536', ' ', 'a.', '-'],
  })
})

describe('R16: what a plugin says of itself', () => {
  const FOLDER = '/opt/god-x'

  const PLUGIN = {
    ...{name: 'god-x', version: '1.0.0', oclif: {}},
    god: {
      api: 1,
      providers: [
        {kind: 'scheduler', id: 'x', entry: './index.js', summary: 's', options: './o.json', images: true},
      ],
    },
  }

  fuzzed({
    name: 'god block',
    parse: text => parseManifest(FOLDER, text),
    good: [JSON.stringify(PLUGIN), JSON.stringify({god: {api: 2, providers: [{}]}}), '{"name":"x"}'],
    words: [
      '{',
      '}',
      '"god":',
      '"api":',
      '1',
      '2',
      '"providers":',
      '[',
      ']',
      '"./x"',
      '"./../x"',
      '"entry":',
      ',',
    ],
    holds: ({providers}) => assert.ok(providers.every(({entry}) => entry.startsWith(`${FOLDER}/`))),
  })

  fuzzed({
    name: 'list of plugins',
    throws: 'nothing',
    parse: text => parseInstalled(FOLDER, jsonOr(text, null)),
    good: [
      '{"oclif":{"plugins":["god-x",{"name":"@a/b","type":"user","url":"x"},{"name":"l","type":"link","root":"/x"}]}}',
    ],
    words: [
      '"oclif":',
      '"plugins":',
      '{',
      '}',
      '[',
      ']',
      '"name":',
      '"../x"',
      '"type":',
      '"link"',
      '"root":',
      ',',
    ],
    holds: ({plugins}) =>
      assert.ok(plugins.every(({folder: at, linked}) => linked || at.startsWith(`${FOLDER}/node_modules/`))),
  })
})
