/** The configuration that `god init` writes, and the example that is shown of it. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {configText} from '../../src/cli/init.js'
import {parseSettings, SETTINGS} from '../../src/core/settings.js'
import {parseAssignments} from '../../src/host/config-file.js'

describe('the configuration of a new directory', () => {
  it('is what the example shows', () => {
    const example = readFileSync(new URL('../../shared-dir.example/go-d.ini', import.meta.url), 'utf8')
    assert.equal(example, configText('docker', ['busybox']))
  })

  it('names every key, and puts only what was chosen in force', () => {
    const text = configText('process', [])
    for (const key of Object.keys(SETTINGS))
      if (key !== 'shared_dir') assert.match(text, new RegExp(`^;?${key} = `, 'm'))
    const {origins} = parseSettings(parseAssignments('x', text))
    assert.deepEqual([...origins.keys()], ['executor'])
  })

  it('may be uncommented as it stands: the defaults are what they say', () => {
    const text = configText('docker', ['busybox']).replace(/^;(\w+ = .*)$/gm, '$1')
    const {settings} = parseSettings(parseAssignments('x', text))
    for (const [key, rule] of Object.entries(SETTINGS)) {
      if (key !== 'default_images') assert.deepEqual(Reflect.get(settings, key), rule.initial, key)
    }
  })
})
