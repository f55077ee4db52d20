/** Ctrl-C for commands that wait or run on. */
import {EXIT} from '../core/exit.js'
import {catchInterrupt, type Interrupt} from '../host/interrupt.js'

export {catchInterrupt}

/** A service that was told to stop has done its duty; one that was interrupted says so. */
export const stopCode = ({by}: Interrupt): number => (by() === 'SIGINT' ? EXIT.interrupted : EXIT.ok)
