/**
 * Shows a person at a terminal that something takes its time: a line on standard error that tells
 * what and for how long, and that is gone when it is over. Programs that read the output, and
 * people whose command is quick, see nothing of it.
 */

const PATIENCE_MS = 1_000;
const CLEAR_LINE = "\r\x1b[2K";

/** Resolves as `work` does. */
export async function withProgress<Result>(what: string, work: Promise<Result>): Promise<Result> {
  if (!process.stderr.isTTY) return work;
  const start = performance.now();
  let isShown = false;
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - start) / 1000);
    process.stderr.write(`${CLEAR_LINE}${what} ... ${seconds} s`);
    isShown = true;
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (isShown) process.stderr.write(CLEAR_LINE);
  }
}
