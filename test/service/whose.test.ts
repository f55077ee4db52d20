import assert from 'node:assert/strict'
import {isElsewhere, isMine} from '../../src/service/whose.js'
import {aRecord, aRunning, aStarting, NONCE} from '../core/builders.js'

const OURS = {nonce: NONCE}
const THEIRS = {nonce: 'e'.repeat(24)}

describe('whose a job is', () => {
  const on = (engine: string | null) => {
    const {container, ...rest} = aRunning()
    return {...rest, container: container === null ? null : {...container, engine}}
  }

  for (const [what, record, engine, found, elsewhere] of [
    ['of this engine', on('a:1'), 'a:1', null, false],
    ['of another engine', on('a:1'), 'a:2', null, true],
    ['of another engine, with a name that is taken here', on('a:1'), 'a:2', THEIRS, true],
    ['of this engine under an older identity', on('a:1'), 'a:2', OURS, false],
    ['of an engine that is not known', on(null), 'a:2', null, false],
    ['that waits', aRecord(), 'a:2', null, false],
  ] as const)
    it(`${elsewhere ? 'elsewhere' : 'here'}: one ${what}`, () => {
      assert.equal(isElsewhere(record, engine, found), elsewhere)
    })

  for (const [what, record, node, engine, found, mine] of [
    ['on this node, whatever its engine', aStarting(), 'n1', 'a:2', null, true],
    ['on another node', aStarting(), 'n2', 'a:2', null, false],
    ['on another node while the engine is silent', aStarting(), 'n2', null, null, false],
    ['on a node of another name with this engine', on('a:1'), 'n2', 'a:1', null, true],
    ['on a node of another name with a container here', on('a:1'), 'n2', 'a:2', OURS, true],
    ['on a node of another name with a stranger under its name', on('a:1'), 'n2', 'a:2', THEIRS, false],
    ['that waits', aRecord(), 'n1', 'a:1', null, false],
  ] as const)
    it(`${mine ? 'ours' : 'not ours'}: one ${what}`, () => {
      assert.equal(isMine(record, node, engine, found), mine)
    })
})
