/** Flags as `submit` has them, and one that a later version may have. */
import type {DirectiveFlag} from '../../../src/core/directives/directive.js'

export const FLAGS: readonly DirectiveFlag[] = [
  {name: 'name', char: 'J', takes: 'one'},
  {name: 'image', char: 'i', takes: 'one'},
  {name: 'cpus', char: 'c', takes: 'one'},
  {name: 'mem', char: 'm', takes: 'one'},
  {name: 'time', char: 't', takes: 'one'},
  {name: 'output', char: 'o', takes: 'one'},
  {name: 'error', char: 'e', takes: 'one'},
  {name: 'workdir', char: 'D', takes: 'one'},
  {name: 'env', char: 'E', takes: 'many'},
  {name: 'label', char: 'l', takes: 'many'},
  {name: 'volume', char: 'v', takes: 'many'},
  {name: 'array', char: 'a', takes: 'one'},
  {name: 'hold', char: 'H', takes: 'nothing'},
]
