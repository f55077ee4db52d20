import assert from 'node:assert/strict'
import {changed, lazily} from '../../scripts/trim-oclif.js'

describe('a change of oclif', () => {
  const change = {file: 'x.js', from: 'a + b', to: 'a - b'}

  it('is made where its text is found, once', () => {
    assert.equal(changed('c = a + b', change), 'c = a - b')
  })

  it('fails the build where a new oclif has another text, or has it twice', () => {
    for (const text of ['c = b + a', 'a + b; a + b'])
      assert.throws(() => changed(text, change), /@oclif\/core: lib\/x\.js has changed/)
  })
})

describe('a require that waits', () => {
  /** As TypeScript writes it. */
  const MODULE = `
const __importDefault = mod => ({default: mod})
const first_1 = require("first");
const second_1 = __importDefault(require("second"));
const now = first_1.now
exports.use = () => (0, first_1.call)(second_1.default)
exports.make = () => new second_1.default()
`
  const loadModule = () => {
    const log: string[] = []
    const modules: Readonly<Record<string, unknown>> = {
      first: {now: 1, call: (x: unknown) => ['called with', x]},
      second: class Second {},
    }
    const require = (name: string): unknown => {
      log.push(name)
      return modules[name]
    }
    const exports: {use?: () => unknown; make?: () => object} = {}
    new Function('require', 'exports', lazily(MODULE))(require, exports)
    return {log, exports, second: modules.second}
  }

  it('is done when its module is first used, and once', () => {
    const {log, exports, second} = loadModule()
    assert.deepEqual(log, ['first'])
    assert.deepEqual(exports.use?.(), ['called with', second])
    assert.deepEqual(exports.use?.(), ['called with', second])
    assert.deepEqual(log, ['first', 'second'])
  })

  it('is used by new as before', () => {
    assert.equal(loadModule().exports.make?.().constructor.name, 'Second')
  })

  it('leaves other code as it is', () => {
    const text = "const path = require('node:path');\nlet first_10 = $first_1\n"
    assert.equal(lazily(text), text)
  })
})
