'use strict';
// Waits for a debugger (any that speaks the protocol of Chrome's developer tools) before the function's code is loaded.

const { Fault } = require('./faults.cjs');

const VARIABLE = 'PORTICO_DEBUG_PORT';
const HOST = '127.0.0.1';

/** Listen where the variable says and return once a debugger is attached; without it do nothing. */
function waitIfAsked() {
  const port = process.env[VARIABLE];
  if (port === undefined) return;
  delete process.env[VARIABLE];
  const inspector = require('node:inspector');
  inspector.open(Number(port), HOST);
  if (inspector.url() === undefined) throw new Fault('NoDebugger', `The debugger can't listen on port ${port}`);
  inspector.waitForDebugger();
}

module.exports = { waitIfAsked };
