import { type HomeFolder, type Logger, messageOf } from "hearth";
import type { Letterbox } from "hearth-plugins/letterbox";
import { pagesIn, readPage } from "./page-file";

/**
 * Tells the letterbox of the pages that lie in `visitors/`, so that those which nobody handed in are shown to the agent as well: what a
 * crash left between the file and its row, and what another system wrote. Never throws.
 */
export async function adoptPages(
  home: HomeFolder,
  letterbox: Letterbox,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const files = await pagesIn(home, "visitors").catch(() => []);
  for (const file of files) {
    if (signal.aborted) return;
    try {
      const page = await readPage(home, file);
      if (!page) log.warn("a page of visitors is too long to be one", { path: file.path, bytes: file.size });
      else letterbox.adopt({ kind: "visitor", ...page }, { file: file.path }, new Date(file.mtimeMs));
    } catch (error) {
      log.warn("a page of visitors could not be taken in", { path: file.path, error: messageOf(error) });
    }
  }
}
