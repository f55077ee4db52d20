import {mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, describe, test} from 'node:test'
import {authContract, trialHost} from '@god-cli/api/testing'
import create from './index.js'

describe('NAME keeps the contract of a source of accounts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'NAME-'))
  after(() => rmSync(folder, {recursive: true}))
  let cases = 0

  authContract(test, {
    open: (accounts, groups) => {
      const file = join(folder, `${cases++}.json`)
      writeFileSync(file, JSON.stringify({accounts, groups}))
      return {
        auth: create(trialHost({options: {file}})),
        answers: does => (does ? renameSync(`${file}.away`, file) : renameSync(file, `${file}.away`)),
        // It remembers nothing.
        forget: () => undefined,
      }
    },
  })
})
