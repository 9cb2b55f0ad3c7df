'use strict';
// A function's errors as the JSON documents that AWS's Node.js runtime answers with.
// Source: the Node.js runtime interface client's error types and words.

const { types } = require('node:util');
const paths = require('./paths.cjs');

/** An error that the runtime itself found; `kind` becomes its `errorType`, after "Runtime.". */
class Fault extends Error {
  constructor(kind, message, stack) {
    super(message);
    this.name = `Runtime.${kind}`;
    if (stack !== undefined) this.stack = stack;
    else this.stack = this.stack.replace(/^Error/, this.name);
  }
}

/** The document of anything that was thrown. */
function document(thrown) {
  try {
    if (thrown instanceof Error || types.isNativeError(thrown)) return ofError(thrown);
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  } catch {
    const errorMessage =
      'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';
    return { errorType: 'handled', errorMessage, trace: [] };
  }
}

function ofError(error) {
  return {
    errorType: escaped(error.name),
    errorMessage: paths.shown(escaped(error.message)),
    trace: typeof error.stack === 'string' ? paths.shown(escaped(error.stack)).split('\n') : [],
  };
}

function escaped(text) {
  return String(text).replaceAll('\x7F', '%7F');
}

module.exports = { Fault, document };
