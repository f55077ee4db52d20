/**
 * JSON schemas of options, compiled. In a file of its own, which is loaded only where there is something to judge: it
 * takes longer to load than most commands to start.
 */
import {Ajv, type ErrorObject, type ValidateFunction} from 'ajv'

export type SchemaFault = ErrorObject

/** Text counts as what it reads as: a section holds nothing else. Throws at a schema that is none. */
export const compileSchema = (schema: object): ValidateFunction =>
  new Ajv({coerceTypes: true, strict: false, logger: false}).compile(schema)
