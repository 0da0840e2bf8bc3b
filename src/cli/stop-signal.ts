/** Ctrl-C and its kin, for commands that have something to finish before they end. */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Aborted by the first of these signals, by which the process will end with the code that shells
 * expect; a second one ends it at once.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
    process.once(signal, () => {
      process.exitCode = exitCode;
      controller.abort();
    });
  }
  return controller.signal;
}
