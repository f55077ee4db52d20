import assert from 'node:assert/strict'
import {instant} from '../../src/core/brand.js'
import {createDurable} from '../../src/store/disk/durable.js'
import {realFileSystem} from '../../src/store/disk/file-system.js'
import {createNodeStore} from '../../src/store/node-store.js'
import {siteForEach} from '../support/site.js'

describe('a running job whose engine does not answer', () => {
  const held = siteForEach()
  interface Told {
    readonly state: string
    readonly reason: {readonly code: string; readonly numbers: object} | null
  }
  const nodes = () => {
    const durable = createDurable({fs: realFileSystem, random: () => 'f'.repeat(24), halt: () => undefined})
    return createNodeStore(durable, held.site.layout)
  }

  it('says so where it is shown, for as long as its node is marked; one that waits or is over does not', async () => {
    const over = await held.site.submit('FAKE_SECONDS=0')
    const id = await held.site.submit('FAKE_SECONDS=forever')
    await held.site.pass()
    await held.site.pass()
    const [node] = nodes().all()
    nodes().mark(node?.name ?? assert.fail('no node'), 'connect ECONNREFUSED', instant(7))
    const shown = (which: number): Promise<Told> => held.site.json<Told>(['show', String(which)])
    const {state, reason} = await shown(id)
    assert.deepEqual([state, reason?.code], ['running', 'node-unknown'])
    assert.deepEqual(reason?.numbers, {node: node?.name, since: 7})
    assert.match(
      (await held.site.here(['stat', '-o', 'id,where'])).stdout,
      /does not answer, so what it does now is not known \(connect ECONNREFUSED\)/,
    )
    assert.notEqual((await shown(over)).reason?.code, 'node-unknown')
    nodes().mark(node?.name ?? '', null, instant(9))
    assert.equal((await shown(id)).reason, null)
  })
})
