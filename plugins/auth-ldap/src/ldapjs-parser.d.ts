/** What `guarded-parser.ts` needs of a file of ldapjs that has no types. */
declare module 'ldapjs/lib/messages/parser.js' {
  import type {EventEmitter} from 'node:events'

  class Parser extends EventEmitter {
    write(data: Uint8Array): boolean
  }
  export default Parser
}
