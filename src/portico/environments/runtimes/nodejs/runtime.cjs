'use strict';
// The runtime's loop: wait for an event, have the handler answer it, and again.

const callbacks = require('./callbacks.cjs');
const emptiness = require('./emptiness.cjs');
const { Fault, document } = require('./faults.cjs');
const output = require('./output.cjs');
const promises = require('./promises.cjs');
const store = require('./store.cjs');
const streaming = require('./streaming.cjs');
const trace = require('./trace.cjs');

const EXIT_UNCAUGHT = 129;
const EXIT_UNHANDLED = 128;

/** `modern`: as from Node.js 24 on. */
class Runtime {
  #channel;
  #modern;
  #call;
  #handler;
  #running = ''; // the invocation's id
  #initialised = false;

  constructor(channel, modern) {
    this.#channel = channel;
    this.#modern = modern;
    output.nowAbout(modern ? '-' : undefined);
    process.on('uncaughtException', (error) => {
      output.logError('Uncaught Exception', error);
      this.#leave(error, EXIT_UNCAUGHT);
    });
    process.on('unhandledRejection', (reason, promise) => {
      const error = new Fault('UnhandledPromiseRejection', reason === undefined ? '' : String(reason));
      output.logError('Unhandled Promise Rejection', Object.assign(error, { reason, promise }));
      this.#leave(error, EXIT_UNHANDLED);
    });
  }

  /** Serve `handler` (a promise of it) until the server is gone. */
  async start(handler) {
    try {
      this.#handler = await handler;
      this.#call = this.#way();
    } catch (error) {
      output.logError(this.#modern ? 'Init Error' : 'Uncaught Exception', error);
      this.#leave(error, EXIT_UNCAUGHT);
    }
    this.#initialised = true;
    this.#channel.ready();
    setImmediate(() => this.#next());
  }

  #way() {
    if (streaming.streams(this.#handler)) return streaming.call;
    if (!this.#modern) return callbacks.call;
    promises.check(this.#handler);
    return promises.call;
  }

  /** Stand still until there is an event; one who listens for signals must hear them, and goes on instead. */
  #next() {
    if (process.listenerCount('SIGTERM') === 0) this.#serve();
    else this.#channel.wait(() => this.#serve());
  }

  #serve() {
    const invocation = this.#channel.next();
    this.#running = invocation.requestId;
    output.nowAbout(invocation.requestId);
    store.begin(invocation.requestId, invocation.trace);
    trace.set(process.env, invocation.trace);
    this.#call(this.#handler, invocation, this.#reply(invocation.requestId), this.#channel);
  }

  /** The ways to end invocation `id`, of which only the first has an effect. */
  #reply(id) {
    let over = false;
    const end = (tell) => {
      if (over) return;
      over = true;
      emptiness.forget();
      this.#running = '';
      tell();
      setImmediate(() => this.#next());
    };
    const fail = (error) => {
      output.logError('Invoke Error', error);
      end(() => this.#channel.error(id, document(error)));
    };
    return {
      fail,
      succeed: (value) => {
        let text;
        try {
          text = JSON.stringify(value) ?? 'null';
        } catch {
          fail(new Fault('JSONStringifyError', 'Unable to stringify response body'));
          return;
        }
        end(() => this.#channel.answer(id, text));
      },
      streamed: () => end(() => this.#channel.end(id)),
      brokenOff: (error) => {
        output.logError('Invoke Error', error);
        end(() => this.#channel.end(id, document(error)));
      },
    };
  }

  /** End this process, which can't go on, and say why where somebody waits to hear it. */
  #leave(error, status) {
    this.#channel.whenQuiet(() => {
      if (this.#running !== '' || !this.#initialised) this.#channel.fatal(this.#running, document(error));
      process.exit(status);
    });
  }
}

module.exports = { Runtime };
