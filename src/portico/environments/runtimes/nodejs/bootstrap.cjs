'use strict';
// The program of a Node.js environment: `node bootstrap.cjs RUNTIME [late]`, with the channel to the server at descriptor 3.
//
// RUNTIME is as `Runtime` names it. A `late` process is started before its function is known: it has the variables that all have in
// common, and gets its configuration as the first frame.

const { Channel } = require('./channel.cjs');
const context = require('./context.cjs');
const debugging = require('./debugger.cjs');
const handlers = require('./handler.cjs');
const names = require('./names.cjs');
const output = require('./output.cjs');
const paths = require('./paths.cjs');
const resolution = require('./resolution.cjs');
const { Runtime } = require('./runtime.cjs');
const store = require('./store.cjs');
const streaming = require('./streaming.cjs');
const trace = require('./trace.cjs');
const warmth = require('./warmth.cjs');

const CHANNEL_FD = 3;
const WITHOUT_CALLBACKS = 24;

async function main(runtime, late) {
  output.openStreams();
  const channel = new Channel(CHANNEL_FD);
  if (late) {
    await warmth.up();
    become(channel.configuration());
  }
  process.argv = [process.argv[0], '/var/runtime/index.mjs'];
  const root = process.cwd();
  paths.task(root);
  context.settle(process.env);
  trace.install();
  names.install();
  offer();
  output.patchConsole();
  const modern = Number(/\d+/.exec(runtime)) >= WITHOUT_CALLBACKS;
  const serving = new Runtime(channel, modern);
  resolution.followNodePath();
  serving.start(load(root, modern));
}

async function load(root, modern) {
  debugging.waitIfAsked();
  return handlers.find(root, process.env._HANDLER ?? '', modern);
}

/** Become the process of the function that is now known. */
function become({ code_dir: folder, variables }) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, variables);
  process.chdir(folder);
  resolution.readNodePath();
}

function offer() {
  const unwanted = ['1', 'true'].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA);
  if (!unwanted) globalThis.awslambda = { ...streaming.globals, InvokeStore: store.InvokeStore };
}

main(process.argv[2], process.argv[3] === 'late');
