/** The last look at a request before it is dropped: what no service could read must never be promised. */
import {GodError} from '../core/errors.js'
import {parseRequest, type Request} from '../core/request.js'
import {requestBytes} from '../store/drop-folder.js'

export const checkReadable = (request: Request): void => {
  const parsed = parseRequest(Buffer.from(requestBytes(request)).toString('utf8'))
  if (!parsed.ok) throw new GodError('E_SPEC_BAD', `the request would not be taken: ${parsed.why}`)
}
