/** A test that this machine cannot run says why, always in the same words. */

/** Does not return: the rest of the test, or all tests after a hook, are left out. */
export const skip = (test: Mocha.Context, why: string): never => {
  console.log(`      skipped: ${why}`)
  return test.skip()
}

export const NO_ENGINE = 'needs a container engine and root'
