'use strict';
// Handlers as they are from Node.js 24 on: what they return, or what its promise becomes, is the answer.
// Source: the Node.js runtime interface client, version 4.

const context = require('./context.cjs');
const { Fault } = require('./faults.cjs');

const CALLBACK_REMOVED =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
  'You need to modify this function to use a supported handler signature to use Node.js 24 or later. ' +
  'For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

/** Refuse a handler that wants a callback. */
function check(handler) {
  if (handler.length >= 3) throw new Fault('CallbackHandlerDeprecated', CALLBACK_REMOVED);
}

/** Call `handler`. What it has left unhandled shows before it is answered. */
async function call(handler, invocation, reply) {
  try {
    const result = await handler(JSON.parse(invocation.event), context.complete({}, invocation));
    setImmediate(() => reply.succeed(result));
  } catch (error) {
    setImmediate(() => reply.fail(error));
  }
}

module.exports = { call, check };
