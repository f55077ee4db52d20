/** The lines of a body that arrives bit by bit; the last one may lack its end. */

/** A single line of the engine never needs more than this; of a longer one only the end is kept. */
const LIMIT = 1024 ** 2

/** Without empty ones. */
export const lines = async function* (stream: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, {stream: true})
    const whole = rest.split('\n')
    rest = (whole.pop() ?? '').slice(-LIMIT)
    for (const line of whole) if (line.trim() !== '') yield line
  }
  if (rest.trim() !== '') yield rest
}
