/** Labels of nodes as they are written, `KEY=VALUE,KEY2=VALUE2`. Pure. */

/** Names that no record may have as a key (`strict-json.ts`). */
const NO_KEYS = ['constructor', 'prototype']
const KEY = /^[A-Za-z0-9][\w./-]{0,63}$/
const VALUE = /^[^\s,=](?:[^,=\p{Cc}]{0,254}[^\s,=])?$/u

/** Or why it cannot be read. */
export const readLabels = (text: string): Record<string, string> | string => {
  const found = new Map<string, string>()
  for (const word of text.split(',').map(each => each.trim())) {
    const cut = word.indexOf('=')
    const [key, value] = [word.slice(0, cut).trim(), word.slice(cut + 1).trim()]
    if (cut < 1 || !VALUE.test(value)) return `'${word}' is no KEY=VALUE`
    if (!KEY.test(key) || NO_KEYS.includes(key)) return `'${key}' is no name of a label`
    if (found.has(key)) return `'${key}' stands twice`
    found.set(key, value)
  }
  return Object.fromEntries(found)
}
