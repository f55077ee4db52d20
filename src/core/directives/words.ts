/**
 * The words of a directive, as a shell would part them, but nothing is replaced: quotes hold blanks together, a
 * backslash takes the next character as it is, and a word that begins with `#` ends the line. Pure.
 */

/** A piece of a word: in single quotes, in double quotes, escaped, or plain. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y

const plain = (text: string): string => text.replace(/\\(["\\$`])/g, '$1')

interface Word {
  readonly text: string
  readonly end: number
}

/** Null: a quote in it is not closed. */
const wordAt = (line: string, from: number): Word | null => {
  let [text, end] = ['', from]
  while (end < line.length && !/\s/.test(line.charAt(end))) {
    PIECE.lastIndex = end
    const match = PIECE.exec(line)
    if (match === null) return null
    const [all, single, double, escaped, bare] = match
    text += single ?? (double === undefined ? (escaped ?? bare ?? '') : plain(double))
    end += all.length
  }
  return {text, end}
}

/** Null: a quote is not closed, or a backslash ends the line. */
export const wordsOf = (line: string): readonly string[] | null => {
  const words: string[] = []
  for (let at = 0; ; ) {
    while (at < line.length && /\s/.test(line.charAt(at))) at++
    if (at >= line.length || line.charAt(at) === '#') return words
    const word = wordAt(line, at)
    if (word === null) return null
    words.push(word.text)
    at = word.end
  }
}
