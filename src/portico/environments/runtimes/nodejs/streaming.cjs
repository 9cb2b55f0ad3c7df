'use strict';
// Handlers made by `awslambda.streamifyResponse`: they write their answer to a stream.
// Source: Lambda Developer Guide, "Response streaming"; the Node.js runtime interface client.

const { Writable } = require('node:stream');
const context = require('./context.cjs');
const emptiness = require('./emptiness.cjs');
const { Fault } = require('./faults.cjs');

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const DEFAULT_TYPE = 'application/octet-stream';
const HTTP_INTEGRATION_TYPE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = new Uint8Array(8);

/** The members that `awslambda` has for streaming. */
const globals = {
  streamifyResponse(handler, options) {
    handler[STREAMING] = 'response';
    if (typeof options?.highWaterMark === 'number') handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
    return handler;
  },
  HttpResponseStream: class HttpResponseStream {
    /** Have `stream` begin with `metadata` (statusCode, headers, cookies) when it is first written to, or ended. */
    static from(stream, metadata) {
      stream.setContentType(HTTP_INTEGRATION_TYPE);
      const prelude = JSON.stringify(metadata);
      stream._onBeforeFirstWrite = (write) => {
        write(prelude);
        write(PRELUDE_END);
      };
      return stream;
    }
  },
};

/** Whether `handler` streams its answer. */
function streams(handler) {
  if (!handler[STREAMING]) return false;
  if (handler[STREAMING] !== 'response') {
    throw new Fault('MalformedStreamingHandler', 'Only response streaming is supported.');
  }
  return true;
}

/** Call `handler`; the answer is over when its stream is and its promise has been fulfilled. */
async function call(handler, invocation, reply, channel) {
  const stream = new ResponseStream(channel, invocation.requestId, handler[HIGH_WATER_MARK]);
  try {
    const own = { callbackWaitsForEmptyEventLoop: true };
    const result = handler(JSON.parse(invocation.event), stream, context.complete(own, invocation));
    if (typeof result?.then !== 'function') throw new Error('Streaming does not support non-async handlers.');
    if ((await result) !== undefined) console.warn('Streaming handlers ignore return values.');
    await finished(stream);
    reply.streamed();
  } catch (error) {
    await flushed(stream);
    if (stream.begun) channel.whenQuiet(() => reply.brokenOff(error));
    else reply.fail(error);
  }
}

/** Wait until all has been written. Nothing will come any more when the event loop has nothing left to do. */
function finished(stream) {
  const unfinished = new Error('Response stream is not finished.');
  if (stream.writableFinished) return undefined;
  return new Promise((resolve, reject) => {
    stream.once('finish', resolve);
    stream.once('close', () => reject(unfinished));
    emptiness.then(() => reject(unfinished));
  }).finally(emptiness.forget);
}

/** Let what has been written before the failure go out. */
function flushed(stream) {
  if (!stream.begun || stream.destroyed || stream.writableFinished) return undefined;
  return new Promise((resolve) => {
    stream.once('close', resolve);
    stream.end();
  });
}

class ResponseStream extends Writable {
  #channel;
  #requestId;
  #contentType = DEFAULT_TYPE;
  #touched = false;
  begun = false;

  constructor(channel, requestId, highWaterMark) {
    super({ highWaterMark });
    this.#channel = channel;
    this.#requestId = requestId;
  }

  setContentType(contentType) {
    if (this.#touched) throw new Fault('InvalidStreamingOperation', 'Cannot set content-type, too late.');
    this.#contentType = contentType;
  }

  write(chunk, encoding, done) {
    this.#touch();
    return super.write(plain(chunk), encoding, done);
  }

  end(chunk, encoding, done) {
    this.#touch();
    const given = typeof chunk === 'function' || chunk === undefined || chunk === null ? chunk : plain(chunk);
    return super.end(given, encoding, done);
  }

  _write(chunk, _, done) {
    this.#send([chunk], done);
  }

  _writev(entries, done) {
    this.#send(entries.map((entry) => entry.chunk), done);
  }

  _final(done) {
    this.#send([], done);
  }

  #touch() {
    if (this.#touched) return;
    this.#touched = true;
    this._onBeforeFirstWrite?.((chunk) => super.write(chunk));
  }

  #send(chunks, done) {
    if (!this.begun) {
      this.begun = true;
      this.#channel.begin(this.#requestId, this.#contentType);
    }
    this.#channel.parts(this.#requestId, chunks, done);
  }
}

function plain(chunk) {
  return typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk);
}

module.exports = { call, globals, streams };
