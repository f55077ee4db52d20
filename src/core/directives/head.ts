/**
 * The head of a script: the comment lines after `#!` and before the first command, where batch users write directives.
 * Pure. A line of a here-document or after a command is no directive, whatever it looks like.
 */

export interface HeadLine {
  /** As an editor counts them. */
  readonly number: number
  readonly text: string
}

/** Lines that are neither a comment nor empty end it. */
export const headLines = (script: string): readonly HeadLine[] => {
  const found: HeadLine[] = []
  for (let from = 0, number = 1; from < script.length; number++) {
    const newline = script.indexOf('\n', from)
    const end = newline < 0 ? script.length : newline
    const text = script.slice(from, end).trim()
    if (text !== '' && !text.startsWith('#')) return found
    if (text !== '') found.push({number, text})
    from = end + 1
  }
  return found
}
