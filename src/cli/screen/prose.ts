/**
 * Help text as it is written in the source: broken lines run on, so that they can be broken anew for the reader's
 * terminal; blank lines and lines that begin with a blank stay.
 */
export const prose = (text: string): string => text.replace(/^(\S.*)\n(?=\S)/gm, '$1 ')
