/** Names that pass from Hearth's environment to git: where programs are, the agent that holds ssh keys, the way out to the network. Never a secret. */
const passed = [
  "PATH",
  "TMPDIR",
  "SSH_AUTH_SOCK",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/**
 * The whole environment of git: it asks nobody, reads no config of the machine, and its HOME is a folder that the agent cannot write.
 * @param home of git: where its own `.gitconfig` may lie
 */
export function gitEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  timeZone: string,
  sshCommand: string,
): Record<string, string> {
  const kept = passed.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    ...Object.fromEntries(kept),
    HOME: home,
    LC_ALL: "C.UTF-8",
    TZ: timeZone,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    // Set and empty: the repository's core.askPass is not run.
    GIT_ASKPASS: "",
    SSH_ASKPASS_REQUIRE: "never",
    GIT_SSH_COMMAND: sshCommand,
    GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
    GIT_EDITOR: "true",
    GIT_PAGER: "cat",
  };
}
