/**
 * The parser of ldapjs, made safe: it throws at some answers (a status that it does not know, say), and does so where the
 * socket hands it the bytes, so that one odd answer would end the whole process. Here it becomes the parser's own error,
 * which ends the one conversation. For the pinned release alone: garbled answers in test/plugins/auth-ldap try it.
 */
/// <reference path="./ldapjs-parser.d.ts" />
import Parser from 'ldapjs/lib/messages/parser.js'

const {write} = Parser.prototype

export const guardParser = (): void => {
  Parser.prototype.write = function guarded(this: Parser, data: Uint8Array): boolean {
    try {
      return write.call(this, data)
    } catch (error) {
      this.emit('error', error instanceof Error ? error : new Error(String(error)))
      return false
    }
  }
}
