'use strict';
// The function's end of the socket: frames in both directions. `environments/framed.py` is the other end, and
// `runtimes/python/frames.py` tells the format.
//
// Reading blocks the whole process. That is what AWS's freezing does between invocations: no timer fires and no socket is read
// before the next event is there.

const fs = require('node:fs');

const KIND = { configure: 67, invoke: 73 };
const [READY, FATAL, ANSWER, ERROR, TOO_LARGE, BEGIN, PART, END] = [...'RFAELBPN'].map((letter) => letter.charCodeAt(0));
const RESPONSE_BYTES_MAX = 6 * 1024 * 1024 + 100; // the Runtime API's cap
const PART_BYTES_MAX = 65536;

const HEAD_BYTES = 5; // length and kind, of which the length counts neither
const REPLY_HEAD_BYTES = 10; // those, the highest resident set in KB, the length of the id
const BUFFER_BYTES = 65536;
const UTF8_BYTES_MAX = 3; // of one UTF-16 code unit
const LOOK_MS = 0.5;
const LOOK_EVENTS = 32;

class Channel {
  #fd;
  #input = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #start = 0;
  #end = 0;
  #output = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #beganAt = 0;
  #unseen = LOOK_EVENTS;
  #peakKb = 0;
  #writing = false;
  #afterwards;

  constructor(fd) {
    this.#fd = fd;
  }

  /** What the first frame says: the folder of the code, and the environment's variables. */
  configuration() {
    const { kind, body } = this.#receive();
    if (kind !== KIND.configure) process.exit(70);
    return JSON.parse(body.toString());
  }

  /** Wait for the next invocation. Ends the process when the server is gone. `event` is JSON text. */
  next() {
    const { body } = this.#receive();
    this.#beganAt = performance.now();
    const start = 4 + body.readUInt32BE(0);
    const [requestId, invokedArn, deadlineMs, trace, clientContext, identityId, identityPoolId] = JSON.parse(
      body.utf8Slice(4, start),
    );
    const event = body.utf8Slice(start, body.length);
    return { requestId, invokedArn, deadlineMs, trace, clientContext, identityId, identityPoolId, event };
  }

  /** Call `then` once something of the next frame is there. The event loop goes on meanwhile, unlike in `next`. */
  wait(then) {
    if (this.#end > this.#start) {
      then();
      return;
    }
    fs.read(this.#fd, this.#input, 0, this.#input.length, null, (error, read) => {
      if (error || read === 0) process.exit(0);
      this.#start = 0;
      this.#end = read;
      then();
    });
  }

  ready() {
    this.#send(READY, '', '');
  }

  /** The invocation's answer, JSON text; or, where that is too long, its length. */
  answer(requestId, text) {
    const size = text.length * UTF8_BYTES_MAX > RESPONSE_BYTES_MAX ? Buffer.byteLength(text) : 0;
    if (size > RESPONSE_BYTES_MAX) this.#send(TOO_LARGE, requestId, String(size));
    else this.#send(ANSWER, requestId, text);
  }

  /** The invocation's error, a document. */
  error(requestId, document) {
    this.#send(ERROR, requestId, bounded(document));
  }

  /** An error after which this process can't go on: of the init phase (the id is ''), or of an invocation. */
  fatal(requestId, document) {
    this.#send(FATAL, requestId, bounded(document));
  }

  /** A streamed answer begins. */
  begin(requestId, contentType) {
    this.#send(BEGIN, requestId, JSON.stringify({ contentType }));
  }

  /** A streamed answer is over; `document` is the error that broke it off, or undefined. */
  end(requestId, document) {
    this.#send(END, requestId, document === undefined ? '' : bounded(document));
  }

  /** Write parts of a streamed answer; `done` is called once the socket has taken all of them. The event loop goes on meanwhile. */
  parts(requestId, chunks, done) {
    const buffers = [];
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += PART_BYTES_MAX) {
        const part = chunk.subarray(at, at + PART_BYTES_MAX);
        const head = Buffer.allocUnsafe(REPLY_HEAD_BYTES + requestId.length);
        this.#writeHead(head, PART, requestId, part.length);
        buffers.push(head, part);
      }
    }
    if (buffers.length === 0) {
      process.nextTick(done);
      return;
    }
    this.#writing = true;
    writeAll(this.#fd, buffers, (error) => {
      this.#writing = false;
      done(error);
      const then = this.#afterwards;
      this.#afterwards = undefined;
      if (then !== undefined) this.whenQuiet(then);
    });
  }

  /** Call `then` when no parts are being written, which nothing else may be written in between of. */
  whenQuiet(then) {
    if (this.#writing) this.#afterwards = then;
    else then();
  }

  #send(kind, requestId, text) {
    const start = REPLY_HEAD_BYTES + requestId.length;
    const most = start + text.length * UTF8_BYTES_MAX;
    const buffer = most <= BUFFER_BYTES ? this.#output : Buffer.allocUnsafe(start + Buffer.byteLength(text));
    const size = buffer.utf8Write(text, start);
    this.#writeHead(buffer, kind, requestId, size);
    let at = 0;
    while (at < start + size) at += fs.writeSync(this.#fd, buffer, at, start + size - at);
  }

  #writeHead(buffer, kind, requestId, size) {
    buffer.writeUInt32BE(REPLY_HEAD_BYTES - HEAD_BYTES + requestId.length + size, 0);
    buffer[4] = kind;
    buffer.writeUInt32BE(this.#peak(), 5);
    buffer[9] = requestId.length;
    buffer.latin1Write(requestId, REPLY_HEAD_BYTES);
  }

  /** The highest resident set so far, in KB. Not asked again after each of many short events: to touch more memory takes time. */
  #peak() {
    this.#unseen += 1;
    if (this.#unseen >= LOOK_EVENTS || performance.now() - this.#beganAt > LOOK_MS) {
      this.#unseen = 0;
      this.#peakKb = process.resourceUsage().maxRSS;
    }
    return this.#peakKb;
  }

  /** The next frame; its body is valid until the next call. */
  #receive() {
    this.#have(HEAD_BYTES);
    const length = this.#input.readUInt32BE(this.#start);
    const kind = this.#input[this.#start + 4];
    this.#have(HEAD_BYTES + length);
    const begin = this.#start + HEAD_BYTES;
    const body = this.#input.subarray(begin, begin + length);
    this.#start = begin + length;
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      if (this.#input.length > BUFFER_BYTES) this.#input = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    }
    return { kind, body };
  }

  /** Read until `size` bytes wait in the buffer. */
  #have(size) {
    if (this.#start + size > this.#input.length) {
      const room = Buffer.allocUnsafeSlow(Math.max(size, BUFFER_BYTES));
      this.#end = this.#input.copy(room, 0, this.#start, this.#end);
      this.#start = 0;
      this.#input = room;
    }
    while (this.#end - this.#start < size) {
      const read = fs.readSync(this.#fd, this.#input, this.#end, this.#input.length - this.#end, null);
      if (read === 0) process.exit(0);
      this.#end += read;
    }
  }
}

function writeAll(fd, buffers, done) {
  fs.writev(fd, buffers, (error, written) => {
    if (error) return done(error);
    let at = 0;
    while (at < buffers.length && written >= buffers[at].length) written -= buffers[at++].length;
    if (at === buffers.length) return done();
    const rest = buffers.slice(at);
    rest[0] = rest[0].subarray(written);
    return writeAll(fd, rest, done);
  });
}

/** An error document as text that the server takes: one that is too long keeps its type. */
function bounded(document) {
  const text = JSON.stringify(document);
  if (text.length * UTF8_BYTES_MAX <= RESPONSE_BYTES_MAX || Buffer.byteLength(text) <= RESPONSE_BYTES_MAX) return text;
  return JSON.stringify({ ...document, errorMessage: '', trace: [] });
}

module.exports = { Channel };
