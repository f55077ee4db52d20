import assert from 'node:assert/strict'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {run} from '../support/god.js'

describe('standard input', () => {
  const script =
    "import('./src/host/standard-input.ts').then(m => m.readStandardInput()).then(t => console.log(JSON.stringify(t)), e => console.log(e.code))"
  const cwd = new URL('../../', import.meta.url).pathname
  const read = async (how: string): Promise<string> => {
    const node = `${process.execPath} --import tsx -e "${script}"`
    return (await run('/bin/bash', ['-c', how.replace('READ', node)], {cwd}).done).stdout.trim()
  }

  it('is read to its end, however it comes', async () => {
    const big = await read(
      `(for i in 1 2 3; do echo "$i ä"; done; head -c 200000 /dev/zero | tr '\\0' x) | READ`,
    )
    assert.ok(big.startsWith('"1 ä\\n2 ä\\n3 ä\\nxxx') && big.length > 200_000)
  })

  it('is empty where there is none', async () => {
    assert.equal(await read('READ </dev/null'), '""')
    assert.equal(await read('READ <&-'), '""')
  })

  it('that cannot be read is an error, never an empty list', async () => {
    const path = join(tmpdir(), `god-write-only-${process.pid}`)
    assert.equal(await read(`READ 0>${path}; rm ${path}`), 'E_USAGE')
  })
})
