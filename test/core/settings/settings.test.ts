import assert from 'node:assert/strict'
import {
  type Assignment,
  admissionPolicy,
  isSettingKey,
  parseSettings,
  SETTINGS,
  type SettingKey,
  showSetting,
} from '../../../src/core/settings/settings.js'

const KEYS = Object.keys(SETTINGS).filter(isSettingKey)

const assign = (key: string, value: string, origin = 'go-d.ini:3'): Assignment => ({key, value, origin})

const settingsOf = (...assignments: readonly Assignment[]) => parseSettings(assignments).settings

describe('a configuration', () => {
  it('has the defaults where nothing is said', () => {
    const {settings, origins, options} = parseSettings([])
    for (const key of KEYS) assert.deepEqual(settings[key], SETTINGS[key].initial, key)
    assert.equal(origins.size + options.size, 0)
  })

  it('reads back every default as it is shown', () => {
    for (const key of KEYS) {
      const shown = showSetting(parseSettings([]).settings, key)
      assert.deepEqual(settingsOf(assign(key, shown))[key], SETTINGS[key].initial, `${key} = ${shown}`)
    }
  })

  it('knows where each setting comes from, and the last word wins', () => {
    const {settings, origins} = parseSettings([
      assign('executor', 'docker', 'go-d.ini:1'),
      assign('network', 'none', 'go-d.ini:2'),
      assign('executor', 'fake', 'GOD_EXECUTOR'),
    ])
    assert.equal(settings.executor, 'fake')
    assert.deepEqual(
      [...origins],
      [
        ['executor', 'GOD_EXECUTOR'],
        ['network', 'go-d.ini:2'],
      ],
    )
  })

  it('keeps the options of each plugin as they are written', () => {
    const {options} = parseSettings([
      assign('plugin.fake.node_cpus', '4000'),
      assign('plugin.fake.node_memory', 'what it likes'),
      assign('plugin.docker.host', 'x'),
    ])
    assert.deepEqual(
      [...options],
      [
        ['fake', {node_cpus: '4000', node_memory: 'what it likes'}],
        ['docker', {host: 'x'}],
      ],
    )
  })

  const good: readonly (readonly [SettingKey, string, unknown])[] = [
    ['shared_dir', '/srv/god', '/srv/god'],
    ['allow_user_images', 'no', false],
    ['allow_user_images', 'on', true],
    ['default_images', 'busybox:local, alpine,,', ['busybox:local', 'alpine']],
    ['default_images', '', []],
    ['allow_root', 'ann, 4711', ['ann', '4711']],
    ['allow_root', 'true', ['*']],
    ['allow_root', 'false', []],
    ['defaults_cpu', '0.5', 500],
    ['defaults_ram', '2G', 2 * 1024 ** 3],
    ['defaults_time', '1:30:00', 5400],
    ['max_time', 'none', null],
    ['grace_period', '2m', 120],
    ['stop_signal', 'SIGINT', 'SIGINT'],
    ['docker_url', 'unix:///run/docker.sock', 'unix:///run/docker.sock'],
    ['pids_limit', '8', 8],
    ['node_name', 'n1.example', 'n1.example'],
    ['root_runs_as', 'www-data', 'www-data'],
  ]
  for (const [key, text, value] of good)
    it(`reads ${key} = ${text}`, () => assert.deepEqual(settingsOf(assign(key, text))[key], value))

  const bad: readonly (readonly [SettingKey, string])[] = [
    ['shared_dir', 'relative'],
    ['executor', '../docker'],
    ['executor', ''],
    ['allow_user_images', 'maybe'],
    ['defaults_cpu', '-1'],
    ['defaults_ram', '12Q'],
    ['defaults_time', 'soon'],
    ['grace_period', 'none'],
    ['stop_signal', 'SIGKILL'],
    ['network', 'container:x'],
    ['pids_limit', '7'],
    ['pids_limit', '1e6'],
    ['docker_url', '/var/run/docker.sock'],
    ['node_name', 'a b'],
    ['root_runs_as', 'root; id'],
  ]
  for (const [key, text] of bad) {
    it(`refuses ${key} = ${text}, and names place, key, value and what is expected`, () => {
      assert.throws(() => settingsOf(assign(key, text)), {
        code: 'E_CONFIG_BAD',
        message: `go-d.ini:3: ${key} = ${JSON.stringify(text)}, but ${SETTINGS[key].expects} is expected`,
      })
    })
  }

  const unknown: readonly (readonly [string, RegExp])[] = [
    ['exectuor', /Did you mean executor/],
    ['nothing_like_it', /god config/],
    ['partition.long.nodes', /god config/],
    ['plugin.fake.Node', /god config/],
    ['plugin..x', /god config/],
    ['constructor', /god config/],
    ['', /god config/],
  ]
  for (const [key, hint] of unknown) {
    it(`refuses the key '${key}', and names the place`, () => {
      assert.throws(() => settingsOf(assign(key, 'x')), {
        code: 'E_CONFIG_BAD',
        message: `go-d.ini:3: there is no setting '${key}'`,
        hint,
      })
    })
  }
})

describe('what admission asks of the configuration', () => {
  it('is the defaults and bounds of a job', () => {
    const configuration = parseSettings([
      assign('default_images', 'a, b'),
      assign('allow_user_images', 'false'),
      assign('defaults_cpu', '2'),
      assign('defaults_ram', '1G'),
      assign('defaults_time', '1h'),
      assign('max_time', '1d'),
      assign('max_cpu', '4'),
      assign('private_jobs', 'yes'),
      assign('allow_root', 'ann, 4711'),
      assign('allow_root_groups', 'wheel'),
      assign('allowed_images', 'lab/*'),
    ])
    assert.deepEqual(admissionPolicy(configuration, {images: true}, true), {
      defaultImages: ['a', 'b'],
      allowedImages: ['lab/*'],
      images: true,
      defaults: {cpus: 2000, memory: 1024 ** 3, gpus: 0},
      defaultWalltime: 3600,
      maxWalltime: 86_400,
      maxCpus: 4000,
      maxMemory: null,
      sections: configuration.sections,
      zone: 'UTC',
      maxSchedules: 20,
      private: true,
      root: {users: ['ann', '4711'], groups: ['wheel'], never: null},
    })
  })
})
