/** Seconds that a trial may take. */
const PATIENCE = 5;

/** Runs a program that should do nothing but end well. @returns what keeps it from that; nothing when it is all right. Never throws */
export async function tried(command: readonly string[], path: string | undefined): Promise<string | undefined> {
  try {
    const run = Bun.spawn([...command], {
      env: { PATH: path ?? "" },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: PATIENCE * 1000,
    });
    const [code, said] = await Promise.all([run.exited, run.stderr.text()]);
    return code === 0 ? undefined : said.trim() || `exit code ${code}`;
  } catch (error) {
    return (error as Error).message;
  }
}
