/** What `simulate` found: a document, or text that goes through the pager where it is longer than the screen. */
import {openPages} from '../screen/pager.js'
import type {Screen} from '../screen/screen.js'

export const showPaged = async (
  screen: Screen,
  wanted: boolean,
  document: () => object,
  text: () => string,
): Promise<void> => {
  if (screen.json) {
    screen.show(document(), text)
    return
  }
  const pages = openPages(screen.terminal, wanted)
  await pages.write(text())
  await pages.end()
}
