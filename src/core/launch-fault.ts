/**
 * Why a command could not even begin: the wrapper's word beside an exit code 126 or 127 (`started.<n>/cause`). A job
 * may write it too, so it is one of these words or nothing, and only explains what the exit code says already. Pure.
 */

const FAULTS = {
  output: 'its output file cannot be opened',
  workdir: 'its working directory is not there, or closed to it',
  program: 'there is no such program',
  executable: 'its program may not be executed',
  interpreter: 'the interpreter in the first line of its script is not there',
  'line-ends': 'the first line of its script ends as on Windows (CR)',
} as const

export type LaunchFault = keyof typeof FAULTS

export const LAUNCH_FAULTS = Object.keys(FAULTS).filter((word): word is LaunchFault => word in FAULTS)

export const parseLaunchFault = (text: string): LaunchFault | null =>
  LAUNCH_FAULTS.find(word => text === word || text === `${word}\n`) ?? null

/** Only these can mean that nothing was run. */
export const mayBeLaunchFault = (code: number | null): boolean => code === 126 || code === 127

export const launchFaultText = (fault: LaunchFault): string => FAULTS[fault]
