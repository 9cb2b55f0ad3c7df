'use strict';
// Handlers as they are until Node.js 22: they return a promise, or they answer through a callback or the context's methods.
// Source: Lambda Developer Guide, "Callback-based function handlers"; the Node.js runtime interface client, version 3.

const context = require('./context.cjs');
const emptiness = require('./emptiness.cjs');

/** Call `handler`. One that neither returns a promise nor calls back answers null once the event loop is empty. */
function call(handler, invocation, reply) {
  const ways = once(answers(reply));
  emptiness.then(() => reply.succeed(null));
  try {
    const result = handler(JSON.parse(invocation.event), context.complete(ways.context, invocation), ways.callback);
    if (typeof result?.then === 'function') result.then(ways.context.succeed, ways.context.fail);
  } catch (error) {
    ways.callback(error);
  }
}

function answers(reply) {
  let waits = true;
  const done = (error, result) => {
    emptiness.forget();
    if (error === undefined || error === null) reply.succeed(result);
    else reply.fail(error);
  };
  const callback = (error, result) => {
    if (waits && (error === undefined || error === null)) emptiness.then(() => reply.succeed(result));
    else done(error, result);
  };
  const own = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
    succeed: (result) => done(null, result),
    fail: (error) => done(error ?? 'handled'),
    done,
  };
  return { context: own, callback };
}

/** Let only the first of all calls through, whichever it is. */
function once({ context: own, callback }) {
  let called = false;
  const first = (way) => (...given) => {
    if (called) return;
    called = true;
    way(...given);
  };
  for (const name of ['succeed', 'fail', 'done']) own[name] = first(own[name]);
  return { context: own, callback: first(callback) };
}

module.exports = { call };
