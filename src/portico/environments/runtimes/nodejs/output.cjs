'use strict';
// What a function writes: stdout, stderr and `console`, all into one pipe.
//
// Plain output becomes one event per line. A message of `console` may span lines and is written as one marked message: `MARK, length
// (4 bytes), microseconds since the epoch (8), text`, big-endian, as AWS frames its telemetry (`environments/loglines.py` reads it).
// Source of the forms of text and JSON: the Node.js runtime interface client.

const fs = require('node:fs');
const { Writable } = require('node:stream');
const { format } = require('node:util');
const faults = require('./faults.cjs');
const paths = require('./paths.cjs');

const MARK = 0xa55a0003;
const MARK_HEAD_BYTES = 16;
const LEVELS = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 };
const METHODS = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', log: 'INFO', warn: 'WARN', error: 'ERROR', fatal: 'FATAL' };

let requestId; // what it is in the init phase depends on the version
let json = false;

/** Name the invocation that messages belong to from now on. */
function nowAbout(id) {
  requestId = id;
}

/** Make `process.stdout` and `process.stderr` write at once, so that nothing waits when an answer is sent. */
function openStreams() {
  for (const [name, fd] of [['stdout', 1], ['stderr', 2]]) {
    const stream = new Output(fd);
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => stream });
  }
}

/** Have `console` write AWS's lines, as AWS_LAMBDA_LOG_FORMAT and AWS_LAMBDA_LOG_LEVEL say. */
function patchConsole() {
  json = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  const least = LEVELS[process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()] ?? LEVELS.TRACE;
  for (const [method, level] of Object.entries(METHODS)) {
    console[method] = LEVELS[level] < least ? () => {} : (...params) => write(level, params);
  }
}

/** Write an error as AWS logs it: "Invoke Error", "Init Error", "Uncaught Exception", "Unhandled Promise Rejection". */
function logError(headline, error) {
  try {
    const known = error instanceof Error ? error : new Error(String(error));
    if (json) console.error(known);
    else console.error(headline, `\t${described(known)}`);
  } catch {
    console.error(headline, `\t${JSON.stringify(faults.document(error))}`); // it throws when it is looked at
  }
}

class Output extends Writable {
  constructor(fd) {
    super({ decodeStrings: false });
    this.fd = fd;
    this._isStdio = true;
    this._type = 'pipe';
  }

  _write(chunk, encoding, done) {
    put(this.fd, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    done();
  }

  _destroy(error, done) {
    done(error);
  }
}

function write(level, params) {
  put(1, form(level, params));
}

/** The marked message of what was given to a method of `console`. */
function form(level, params) {
  const stamp = new Date();
  const text = json ? jsonText(stamp, level, params) : `${stamp.toISOString()}\t${requestId}\t${level}\t${format(...params)}`;
  const frame = Buffer.allocUnsafe(MARK_HEAD_BYTES + Buffer.byteLength(text));
  frame.writeUInt32BE(MARK, 0);
  frame.writeUInt32BE(frame.length - MARK_HEAD_BYTES, 4);
  frame.writeBigUInt64BE(BigInt(stamp.getTime()) * 1000n, 8);
  frame.utf8Write(text, MARK_HEAD_BYTES);
  return frame;
}

function jsonText(stamp, level, params) {
  const members = { timestamp: stamp.toISOString(), level, requestId };
  if (params.length < 2) {
    try {
      return JSON.stringify({ ...members, message: params[0] }, describeError);
    } catch {
      return JSON.stringify({ ...members, message: format(params[0]) });
    }
  }
  members.message = format(...params);
  const error = params.find((param) => param instanceof Error);
  if (error !== undefined) {
    members.errorType = error.constructor?.name ?? 'UnknownError';
    members.errorMessage = error.message;
    members.stackTrace = typeof error.stack === 'string' ? error.stack.split('\n') : [];
  }
  return JSON.stringify(members);
}

function describeError(_, value) {
  if (!(value instanceof Error)) return value;
  const stackTrace = typeof value.stack === 'string' ? paths.shown(value.stack).split('\n') : value.stack;
  return { errorType: value.constructor?.name ?? 'UnknownError', errorMessage: value.message, stackTrace, ...value };
}

function described(error) {
  try {
    return JSON.stringify(error, (_, value) => (value instanceof Error ? withStack(value) : value));
  } catch {
    return JSON.stringify(withStack({ name: error.name, message: error.message, stack: error.stack }));
  }
}

function withStack(error) {
  const members = { errorType: error.name, errorMessage: error.message, code: error.code, ...error };
  if (typeof error.stack === 'string') members.stack = paths.shown(error.stack).split('\n');
  return members;
}

function put(fd, bytes) {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += fs.writeSync(fd, bytes, at, bytes.length - at);
    } catch (error) {
      if (error.code !== 'EAGAIN') return; // the log's reader is gone, or the function has closed it
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // a child has made the pipe non-blocking
    }
  }
}

module.exports = { openStreams, patchConsole, form, nowAbout, logError };
