'use strict';
// What a process does while it waits for its function, so that the function does not: load what Node.js loads when it is first used,
// and have the runtime's own code compiled by running it once.

const callbacks = require('./callbacks.cjs');
const handlers = require('./handler.cjs');
const output = require('./output.cjs');
const promises = require('./promises.cjs');

const NOBODY = { succeed() {}, fail() {} };
const NOTHING = { requestId: '', invokedArn: '', deadlineMs: 0, clientContext: '', identityId: '', identityPoolId: '', event: '{}' };

/** Get ready for any function. */
async function up() {
  output.form('INFO', ['%s', 1, { a: [] }]);
  await import('data:text/javascript,export default 1'); // the loader of ES modules
  const handler = await handlers.find(__dirname, 'idle.handler', false);
  for (const way of [callbacks, promises]) way.call(handler, NOTHING, NOBODY);
  await new Promise(setImmediate);
  process.resourceUsage();
  process.uptime();
}

module.exports = { up };
