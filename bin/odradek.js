#!/usr/bin/env node
/**
 * The `odradek` command. Its program is TypeScript, which Node runs directly from 22.18 on, so this
 * one file is JavaScript that any Node can read: it tells an older one what to do.
 */
import module from "node:module";

const [major, minor] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // From the second time on Node need not strip types: a quicker start, and 25 MB less for a server.
  module.enableCompileCache();
  await import("../src/cli/main.ts");
} else {
  console.error(`Odradek needs Node 22.18 or newer, and this is Node ${process.versions.node}.
npm has installed a newer one beside Odradek, which its own commands use:

  npm start            starts a server (flags after \`--\`: npm start -- --port 9192)
  npx odradek --help   shows all commands
`);
  process.exitCode = 1;
}
