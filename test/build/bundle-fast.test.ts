import assert from 'node:assert/strict'
import {whenUsed} from '../../scripts/bundle-fast.js'

/** As esbuild writes it. */
const MODULE = `
var import_first = require("first");
var import_second = __toESM(require("second"), 1);
var text = (max) => ({ most: max });
var idSchema = text(log("id"));
var recordSchema = strict({
  id: idSchema,
  name: text(log("name"))
});
var now = import_first.now;
module.exports = {
  use: () => (0, import_first.call)(import_second.default),
  record: (known) => known ? recordSchema : idSchema,
  key: { idSchema: 1 }
};
`

describe('what is declared', () => {
  const loadModule = () => {
    const done: string[] = []
    const log = (word: string): string => {
      done.push(word)
      return word
    }
    const require = (name: string): unknown =>
      ({first: {now: 1, call: (x: unknown) => [log(name), x]}, second: {}})[log(name)]
    const module: {exports: {use?: () => unknown; record?: (known: boolean) => unknown; key?: object}} = {
      exports: {},
    }
    const run = new Function('require', 'module', '__toESM', 'strict', 'log', whenUsed(MODULE))
    run(
      require,
      module,
      (loaded: object) => ({...loaded, default: 2}),
      (shape: unknown) => shape,
      log,
    )
    return {done, ...module.exports}
  }

  it('is made when it is first used, and once', () => {
    const {done, use, record} = loadModule()
    assert.deepEqual(done, ['first'])
    assert.deepEqual(use?.(), ['first', 2])
    assert.deepEqual(done.slice(1), ['second', 'first'])
    done.length = 0
    assert.deepEqual(record?.(false), {most: 'id'})
    assert.deepEqual(record?.(true), {id: {most: 'id'}, name: {most: 'name'}})
    assert.deepEqual(record?.(true), record?.(true))
    assert.deepEqual(done, ['id', 'name'])
  })

  it('is told from a key of that name', () => assert.deepEqual(loadModule().key, {idSchema: 1}))

  it('fails the build where it stands in a way that is not known', () => {
    const text = 'var xSchema = make();\nvar all = { xSchema };\n'
    assert.throws(() => new Function('make', whenUsed(text)), SyntaxError)
  })

  it('is a call also where it is spread, and not where a field has its name', () => {
    const text = whenUsed('var aSchema = f({});\nvar b = { ...aSchema.entries, x: y.aSchema };\n')
    assert.match(text, /\.\.\.\(get\$aSchema\(\)\)\.entries, x: y\.aSchema /)
  })
})
