#!/usr/bin/env node
// Starts the program of the package for this platform, which npm installs beside this one.
"use strict";

const { spawn } = require("node:child_process");

const name = `errstat-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/errstat${process.platform === "win32" ? ".exe" : ""}`);
} catch {
  console.error(`errstat: the package ${name} is missing. Either errstat isn't available for this platform, or npm`);
  console.error("left out optional dependencies: install errstat again without --omit=optional.");
  process.exit(2);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
child.on("error", (error) => {
  console.error(`errstat: ${program} can't be started: ${error.message}`);
  process.exit(2);
});
// What ends this process is for the program, which cleans up and ends it in turn.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("exit", (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exitCode = code;
  }
});
