/** Worlds in which a bug was found, named after it. */
export const PINNED: readonly { readonly seed: number; readonly bug: string }[] = [];
