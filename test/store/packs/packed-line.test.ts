/** Lines of a segment as bytes: what they are about and when it ended is found without parsing them. */
import assert from 'node:assert/strict'
import {
  isLineOf,
  jobLine,
  lineOf,
  parseJobLine,
  parseTaskLine,
  splitLines,
  taskLine,
} from '../../../src/store/packs/packed-line.js'
import {aPacked, aResult, NOON} from './some-packed.js'

const bytesOf = (text: string): Uint8Array => Buffer.from(text)
const found = (text: string): number | null => lineOf(bytesOf(text))?.end ?? null
const why = (bytes: Uint8Array): string => {
  const parsed = parseJobLine(bytes)
  return parsed.ok ? 'read' : parsed.why
}

describe('a line of a segment', () => {
  it('tells its job or task, and its end', () => {
    const [job, result] = [jobLine(aPacked(7, NOON)), taskLine(aResult(7, 3, NOON + 5))]
    for (const line of [job, result]) assert.deepEqual(lineOf(line.bytes), line)
    assert.deepEqual([job.end, result.end], [NOON, NOON + 5])
    assert.ok(isLineOf(job.bytes, 7, null) && isLineOf(result.bytes, 7, 3))
    assert.ok(!isLineOf(job.bytes, 8, null) && !isLineOf(result.bytes, 7, 4))
    assert.ok(!isLineOf(bytesOf('{}\n'), 7, null))
  })

  it('ends when it was submitted if it has no end of its own', () => {
    const job = jobLine(aPacked(7, NOON, {state: 'killed', started: null, ended: null}))
    assert.equal(lineOf(job.bytes)?.end, job.end)
    assert.equal(job.end, aPacked(7, NOON).record.submitted)
  })

  it('is not misled by a label of that name', () => {
    const labels = {ended: '12', submitted: 'never', x: '"ended":5,'}
    assert.equal(lineOf(jobLine(aPacked(7, NOON, {labels})).bytes)?.end, NOON)
  })

  it('is none of ours without a subject, or without an end that is a number', () => {
    const head = '{"id":7,"record":{'
    assert.equal(found('{"name":7,"ended":5}\n'), null)
    assert.equal(found(`${head}}}\n`), null)
    assert.equal(found(`${head}"ended":"soon"}}\n`), null)
    assert.equal(found(`${head}"ended":null}}\n`), null)
    assert.equal(found(`${head}"submitted":null,"ended":null}}\n`), null)
    assert.equal(found(`${head}"submitted":4,"ended":null}}\n`), 4)
    assert.equal(found(`${head}"ended":5}}\n`), 5)
  })

  it('is read only if it is what was written', () => {
    const {bytes} = jobLine(aPacked(7, NOON))
    assert.equal(why(bytes), 'read')
    assert.match(why(Uint8Array.of(0xff)), /not UTF-8/)
    assert.match(why(bytes.subarray(0, -2)), /cut off/)
    assert.match(why(bytesOf(String(Buffer.from(bytes)).replace('train', 'drain'))), /checksum does not fit/)
    assert.equal(parseTaskLine(bytes).ok, false)
    assert.deepEqual(parseTaskLine(taskLine(aResult(7, 3, NOON)).bytes), {
      ok: true,
      value: aResult(7, 3, NOON),
    })
  })

  it('stands alone: a torn one before or after it costs no other', () => {
    const [one, other] = [jobLine(aPacked(7, NOON)), taskLine(aResult(8, 3, NOON))]
    const bytes = Buffer.concat([one.bytes, bytesOf('torn\n'), other.bytes, one.bytes.subarray(0, 20)])
    assert.deepEqual(splitLines(bytes), [one, null, other, null])
    assert.deepEqual(splitLines(new Uint8Array()), [])
  })
})
