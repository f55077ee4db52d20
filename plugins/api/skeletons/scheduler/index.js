// @ts-check
/**
 * Scheduler "NAME": who asked for less goes first, and after `patience` seconds of waiting nobody is passed any more.
 *
 * Pure: the same jobs at the same time in the same order, so every tie ends in the id, which no two jobs share.
 *
 * @typedef {import('@god-cli/api').PendingJob} PendingJob
 * @type {import('@god-cli/api').ProviderFactory<'scheduler'>}
 */
const create = ({options}) => {
  const patience = Number(options.patience ?? 86_400) * 1000

  /** @param {PendingJob} job */
  const size = ({resources: {cpus, memory, gpus}}) => cpus / 1000 + memory / 1024 ** 3 + 8 * gpus

  return {
    order: (pending, now) => {
      /** @param {PendingJob} job */
      const patient = ({eligible}) => now - eligible < patience
      return [...pending]
        .sort((a, b) => {
          if (patient(a) !== patient(b)) return patient(a) ? 1 : -1
          return (patient(a) ? size(a) - size(b) : 0) || a.id - b.id
        })
        .map(({id}) => id)
    },
  }
}

export default create
