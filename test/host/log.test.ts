import assert from 'node:assert/strict'
import {createLog} from '../../src/host/log.js'

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`

const logged = (verbose: boolean, json: boolean): readonly string[] => {
  const lines: string[] = []
  const log = createLog({verbose, json, write: line => lines.push(line)})
  log('info', 'scheduling')
  log('warning', 'no node: \u001b[31mgone\n')
  return lines
}

describe('the log of a pass', () => {
  it('says only what went wrong, so that cron stays silent', () => {
    const [line = '', ...more] = logged(false, false)
    assert.match(line, new RegExp(`^${TIME} warning: no node: `))
    assert.deepEqual(more, [])
  })

  it('says what it does where somebody follows it', () => {
    assert.match(logged(true, false)[0] ?? '', new RegExp(`^${TIME} scheduling\n$`))
  })

  it('never steers a terminal', () => {
    assert.ok(logged(false, false)[0]?.endsWith('no node: \\x1b[31mgone\\n\n'))
  })

  it('is a document a line for collectors', () => {
    const documents = logged(true, true).map(line => JSON.parse(line))
    for (const {schema, at} of documents) {
      assert.equal(schema, 1)
      assert.match(at, new RegExp(`^${TIME}$`))
    }
    assert.deepEqual(
      documents.map(({level, text}) => [level, text]),
      [
        ['info', 'scheduling'],
        ['warning', 'no node: \u001b[31mgone\n'],
      ],
    )
  })
})
