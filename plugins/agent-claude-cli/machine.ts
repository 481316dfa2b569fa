import { closeSync, existsSync, lstatSync, openSync, readlinkSync, readSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, relative } from "node:path";
import type { Env } from "./credentials";

/** The system's own programs and libraries. */
const programs = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/**
 * What programs ask of /etc: names, certificates, libraries, the time. Nothing of users and passwords, or of services, and no private
 * key. Each is a mount, which costs a tenth of a millisecond and more: only what is missed.
 */
const settings = [
  "alternatives",
  "ca-certificates",
  "crypto-policies",
  "hosts",
  "ld.so.cache",
  "localtime",
  "nsswitch.conf",
  "pki/ca-trust",
  "pki/tls/cert.pem",
  "pki/tls/certs",
  "pki/tls/openssl.cnf",
  "resolv.conf",
  "services",
  "ssl/cert.pem",
  "ssl/certs",
  "ssl/openssl.cnf",
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
  return [...new Set(all)].filter(path => isAbsolute(path) && existsSync(path) && !isOfTheSystem(path));
}

/** Mounts of paths that are there, each in its own place, to be read. A link is shown as what it leads to; a mount less where that is there. */
export const shown = (paths: readonly string[]): string[] =>
  paths
    .filter(path => existsSync(path))
    .map(path => ({ path, real: realpathSync(path) }))
    .flatMap(({ path, real }) =>
      path !== real && isIn("/usr", real) ? ["--symlink", real, path] : ["--ro-bind", real, path],
    );

/** Whether a path is a folder or lies in it. */
export function isIn(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}

/** Whether it is there with the system's own programs. */
const isOfTheSystem = (path: string) => ["/usr", ...programs].some(folder => isIn(folder, realpathSync(dirname(path))));

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
