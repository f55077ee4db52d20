/** The last look at a request before it is dropped: what no service could read must never be promised. */
import {GodError} from '../../core/errors.js'
import type {Request} from '../../core/request.js'
import {requestBytes} from '../../store/requests/drop-folder.js'
import {decodeRequest} from '../../store/requests/request-codec.js'

export const checkReadable = (request: Request): void => {
  const parsed = decodeRequest(requestBytes(request))
  if (!parsed.ok) throw new GodError('E_SPEC_BAD', `the request would not be taken: ${parsed.why}`)
}
