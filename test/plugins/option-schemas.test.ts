/** What a built-in plugin reads of its options, and what its schema lets an operator write, are the same. */
import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import type {HostServices} from '@god-cli/api'
import {trialHost} from '@god-cli/api/testing'

const PLUGINS = new URL('../../plugins/', import.meta.url)

const schemaKeys = (folder: string): readonly string[] => {
  const schema: {properties: object} = JSON.parse(
    readFileSync(new URL(`${folder}/options.schema.json`, PLUGINS), 'utf8'),
  )
  return Object.keys(schema.properties).sort()
}

type Create = (host: HostServices) => unknown

/** What some provider cannot be made without. */
const NEEDED: Readonly<Record<string, string>> = {
  url: 'ldaps://localhost',
  user_base: 'ou=people',
  group_base: 'ou=groups',
}

/** Names of the options that the provider asks for while it is made. */
const readKeys = async (folder: string): Promise<readonly string[]> => {
  const module: {default: Create} = await import(new URL(`${folder}/src/index.ts`, PLUGINS).href)
  const asked = new Set<string>()
  const options = new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => {
        asked.add(String(name))
        return NEEDED[String(name)]
      },
    },
  )
  await module.default(trialHost({options, stateDir: tmpdir()}))
  return [...asked].sort()
}

describe('the options of', () => {
  for (const folder of readdirSync(PLUGINS).filter(name => name !== 'api'))
    it(`${folder} are those of its schema`, async () => {
      assert.deepEqual(await readKeys(folder), schemaKeys(folder))
    })

  for (const folder of ['executor-docker', 'executor-fake'])
    it(`${folder} are told in the README, each in its section`, () => {
      const readme = readFileSync(new URL('../README.md', PLUGINS), 'utf8')
      const [, section = ''] = readme.split(`    [plugin.${folder.replace('executor-', '')}]\n`)
      const told = [...(section.split('\n\n')[0]?.matchAll(/^ {4}(\w+) = /gm) ?? [])].map(([, key]) => key)
      assert.deepEqual(told.sort(), schemaKeys(folder))
    })
})
