'use strict';
// Where the function's code and the runtime are shown to lie: at /var/task and /var/runtime, as on AWS. The folders where they lie on
// this machine mean nothing to the function's author.

const fs = require('node:fs');

const moved = [[`${__dirname}/`, '/var/runtime/']];

/** Show `folder`, the function's code, as /var/task from now on. */
function task(folder) {
  for (const own of new Set([folder, real(folder)])) {
    if (own !== '/var/task') moved.push([`${own}/`, '/var/task/']);
  }
}

/** `text` (a stack trace, a message) with the paths that its reader knows. */
function shown(text) {
  let found = text;
  for (const [from, to] of moved) {
    if (found.includes(from)) found = found.replaceAll(from, to);
  }
  return found;
}

function real(folder) {
  try {
    return fs.realpathSync.native(folder);
  } catch {
    return folder;
  }
}

module.exports = { shown, task };
