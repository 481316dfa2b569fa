/** Ends of names that are binary. */
const binary = new Set(
  "png jpg jpeg gif webp ico bmp pdf zip tar gz rar mp3 mp4 wav ogg webm woff woff2 ttf otf eot exe dll so dylib".split(
    " ",
  ),
);

/** Media types, and the ends of names that have them. What is not here is plain text, or just bytes. */
const types: Readonly<Record<string, string>> = {
  "application/epub+zip": "epub",
  "application/java-archive": "jar",
  "application/json": "json",
  "application/manifest+json": "webmanifest",
  "application/msword": "doc",
  "application/octet-stream": "bin so dylib",
  "application/pdf": "pdf",
  "application/pem-certificate-chain": "pem",
  "application/rtf": "rtf",
  "application/sql": "sql",
  "application/vnd.ms-excel": "xls",
  "application/vnd.ms-fontobject": "eot",
  "application/vnd.ms-powerpoint": "ppt",
  "application/vnd.oasis.opendocument.spreadsheet": "ods",
  "application/vnd.oasis.opendocument.text": "odt",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.rar": "rar",
  "application/vnd.sqlite3": "sqlite sqlite3",
  "application/wasm": "wasm",
  "application/x-7z-compressed": "7z",
  "application/x-msdos-program": "exe dll bat",
  "application/x-tar": "tar",
  "application/xml": "xml xsl xsd",
  "application/zip": "zip",
  "audio/flac": "flac",
  "audio/mp4": "m4a",
  "audio/mpeg": "mp3",
  "audio/ogg": "ogg oga opus",
  "audio/x-wav": "wav",
  "font/otf": "otf",
  "font/ttf": "ttf",
  "font/woff": "woff",
  "font/woff2": "woff2",
  "image/avif": "avif",
  "image/bmp": "bmp",
  "image/gif": "gif",
  "image/jpeg": "jpg jpeg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/tiff": "tif tiff",
  "image/vnd.microsoft.icon": "ico",
  "image/webp": "webp",
  "text/calendar": "ics",
  "text/css": "css",
  "text/csv": "csv",
  "text/html": "html htm",
  "text/javascript": "js mjs",
  "text/markdown": "md markdown",
  "text/tab-separated-values": "tsv",
  "text/vcard": "vcf",
  "text/vnd.graphviz": "dot gv",
  "text/vnd.trolltech.linguist": "ts",
  "text/vtt": "vtt",
  "text/x-c++hdr": "hpp hh",
  "text/x-c++src": "cpp cc",
  "text/x-chdr": "h",
  "text/x-csrc": "c",
  "text/x-diff": "diff patch",
  "text/x-haskell": "hs",
  "text/x-java": "java",
  "text/x-perl": "pl pm",
  "text/x-python": "py",
  "text/x-ruby": "rb",
  "text/x-scala": "scala",
  "text/x-sh": "sh",
  "text/x-tex": "tex",
  "video/mp4": "mp4",
  "video/ogg": "ogv",
  "video/quicktime": "mov",
  "video/webm": "webm",
  "video/x-matroska": "mkv",
  "video/x-msvideo": "avi",
};
const typeOf = new Map(
  Object.entries(types).flatMap(([type, ends]) => ends.split(" ").map(end => [end, type] as const)),
);

/** Ends that stand for the packing; the type is that of what is packed. */
const packings = /.\.(?:gz|bz2|xz|br|Z)$/;
/** Names of an archive and its packing in one. */
const packedNames = /\.(?:tgz|txz|tbz2)$/i;

/** What follows the last dot of a name, in its own letters; null when there is none, or nothing before or behind it. */
export function extensionOf(name: string): string | null {
  const dot = name.lastIndexOf(".");
  return dot > 0 && dot < name.length - 1 ? name.slice(dot + 1) : null;
}

/** Whether a file is sent as base64. Its name alone decides. */
export const isBinary = (name: string): boolean => binary.has(extensionOf(name)?.toLowerCase() ?? "");

/** The media type of a file by its name; of `notes.tar.gz` that of the archive. */
export function mimeTypeOf(name: string): string {
  const bare = name.replace(packedNames, ".tar").replace(packings, match => match[0]!);
  const known = typeOf.get(extensionOf(bare)?.toLowerCase() ?? "");
  return known ?? (isBinary(name) ? "application/octet-stream" : "text/plain");
}
