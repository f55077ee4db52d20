/**
 * Which flags of `submit` a script may set: read off its class, so that a new flag is a new directive. Of the class only
 * data is looked at, for the short way has no oclif: there the build puts the list in (scripts/bundle-fast.ts). Pure.
 */
import type {DirectiveFlag} from '../../core/directives/directive.js'
import {OF_THE_CALL} from '../../core/directives/god.js'

/** As oclif has it. */
interface Definition {
  readonly char?: string | undefined
  readonly type: 'boolean' | 'option'
  readonly multiple?: boolean | undefined
  readonly options?: readonly string[] | undefined
}

const takesOf = ({type, multiple}: Definition): DirectiveFlag['takes'] => {
  if (type === 'boolean') return 'nothing'
  return multiple === true ? 'many' : 'one'
}

export const directiveFlags = (flags: Readonly<Record<string, Definition>>): readonly DirectiveFlag[] =>
  Object.entries(flags)
    .filter(([name]) => !OF_THE_CALL.includes(name))
    .map(([name, flag]) => ({
      name,
      takes: takesOf(flag),
      ...(flag.char === undefined ? {} : {char: flag.char}),
      ...(flag.options === undefined ? {} : {options: flag.options}),
    }))
