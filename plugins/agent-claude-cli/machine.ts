import { closeSync, existsSync, lstatSync, openSync, readlinkSync, readSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, relative } from "node:path";
import type { Env } from "./credentials";

/** The system's own programs and libraries. */
const programs = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** What programs ask of /etc: names, certificates, libraries, the time. Nothing of users and passwords, or of services. */
const settings = [
  "alternatives",
  "ca-certificates",
  "gai.conf",
  "host.conf",
  "hosts",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "mime.types",
  "nsswitch.conf",
  "pki",
  "protocols",
  "resolv.conf",
  "services",
  "ssl",
  "timezone",
].map(name => `/etc/${name}`);

/** Variables that name files with certificates. */
const certificates = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/** How bubblewrap puts the machine's programs in place, to be read. */
export const machineMounts = (): string[] => [
  ...shown(["/usr", "/nix/store"]),
  ...programs.flatMap(path => (isLink(path) ? ["--symlink", readlinkSync(path), path] : shown([path]))),
  ...shown(settings),
];

/**
 * What else a program needs of this machine, beside the system's own: itself (as part of a package, the package), what reads it if it is
 * a script, and certificates.
 */
export function needsOf(executable: string, env: Env): string[] {
  const real = realpathSync(executable);
  const named = certificates.flatMap(name => env[name] ?? []);
  const all = [packageOf(real), executable, ...readerOf(real, env.PATH), ...named];
  return [...new Set(all)].filter(path => isAbsolute(path) && existsSync(path) && !isIn("/usr", path));
}

/** Mounts of paths that are there, each in its own place, to be read. A link is shown as what it leads to. */
export const shown = (paths: readonly string[]): string[] =>
  paths.filter(path => existsSync(path)).flatMap(path => ["--ro-bind", realpathSync(path), path]);

/** Whether a path is a folder or lies in it. */
export function isIn(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}

const isLink = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** The folder of the npm package that a file is part of, or the file alone. */
function packageOf(file: string): string {
  for (let folder = dirname(file), below = file; folder !== dirname(folder); below = folder, folder = dirname(folder)) {
    const scoped = basename(folder).startsWith("@") && basename(dirname(folder)) === "node_modules";
    if (scoped || basename(folder) === "node_modules") return below;
  }
  return file;
}

/** The program that a script names in its first line, where it is found on the path when it is asked of `env`. */
function readerOf(file: string, path: string | undefined): string[] {
  const [, reader, word] = /^#!\s*(\S+)(?:[ \t]+(\S+))?/.exec(startOf(file)) ?? [];
  if (!reader) return [];
  const named = basename(reader) === "env" && word ? Bun.which(word, { PATH: path ?? "" }) : undefined;
  return [reader, ...(named ? [named, realpathSync(named)] : [])];
}

function startOf(file: string): string {
  const opened = openSync(file, "r");
  const bytes = Buffer.alloc(256);
  try {
    return bytes.toString("latin1", 0, readSync(opened, bytes));
  } finally {
    closeSync(opened);
  }
}
