/** Where the output of a job is, as seen from outside of its container. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {outputFilesOf} from '../../src/cli/output-files.js'
import type {Site} from '../../src/cli/site.js'
import {layoutOf} from '../../src/store/layout.js'
import {aRecord} from '../core/builders.js'

describe('the output of a job in a container', () => {
  const site = {layout: layoutOf('/site')} as Site
  const record = aRecord()
  const work = join('/site/work', `u${record.uid}`, String(record.id))
  const outputOf = (output: string, image = 'busybox') =>
    outputFilesOf(site, {...record, image}, {output}).output

  it('is in its directory, however the path is written', () => {
    for (const path of ['a/out', './a/out', 'b/../a/out', '/mnt/go-docker/a/out', '../go-docker/a/out'])
      assert.deepEqual(outputOf(path), {path: join(work, 'a/out'), onHost: true}, path)
  })

  it('is none of this host where the path leads out of its directory', () => {
    assert.deepEqual(outputOf('../../x'), {path: '/x', onHost: false})
    assert.deepEqual(outputOf('/mnt/go-docker/../x'), {path: '/mnt/x', onHost: false})
    assert.deepEqual(outputOf('/etc/passwd'), {path: '/etc/passwd', onHost: false})
  })

  it('is where it says on a site whose jobs have no containers', () => {
    assert.deepEqual(outputOf('../x', ''), {path: join(work, '../x'), onHost: true})
  })
})
