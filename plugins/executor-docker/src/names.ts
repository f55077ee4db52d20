/**
 * What may be the name of a container, a file and a control group of ours at once. Pure.
 *
 * Every verb that builds a path from a name asks here first, so no name leads out of its folder (T46).
 */
export const isPlainName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(name)
