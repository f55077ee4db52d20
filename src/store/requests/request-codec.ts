/**
 * Bytes of requests: JSON with a sum, so that what was damaged on the way is not run as something else. Others may
 * write them without one: a request is judged by its form as well.
 */
import type {Parsed} from '../../core/parse-with.js'
import {parseRequest, type Request} from '../../core/request.js'
import {decodeUtf8, encode, withoutSum} from '../jobs/record-codec.js'

export const encodeRequest = (request: Request): Uint8Array => encode(request)

export const decodeRequest = (bytes: Uint8Array): Parsed<Request> => {
  const text = decodeUtf8(bytes)
  if (text === null) return {ok: false, why: 'it is not UTF-8'}
  const body = withoutSum(text)
  return body === null ? {ok: false, why: 'its checksum does not fit'} : parseRequest(body)
}
