/** The command line was used wrongly: its message and the usage text answer, with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
